"""HTTP and HTML: a query in, a page, a fragment or JSON out."""
