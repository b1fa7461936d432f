"""Files of prices as a visitor posts them."""

from tests.support.fakes import market

HEADER = "Date,Open,High,Low,Close,Adj Close,Volume"


def csv_of(raw):
    names = ("dates", "open", "high", "low", "close", "adj_close", "volume")
    rows = zip(*(getattr(raw, name).tolist() for name in names), strict=True)
    return "\n".join([HEADER, *(",".join(map(str, row)) for row in rows)]).encode()


ACME = csv_of(market(80, seed=5))


def post(client, path, content=ACME, name="acme.csv", **fields):
    return client.post(path, files={"prices": (name, content, "text/csv")}, data=fields)
