// What HTML alone cannot say: which width charts are drawn for, and the seconds until a refused card is worth a try.

const narrow = window.matchMedia("(max-width: 47rem)");

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.path.startsWith("/panels/")) detail.parameters.canvas = narrow.matches ? "narrow" : "wide";
});

function countDown(line) {
  let seconds = Number(line.dataset.retryAfter);
  const timer = setInterval(() => {
    seconds -= 1;
    line.textContent = seconds > 0 ? `Worth another try in ${seconds} s.` : "Worth another try now.";
    if (seconds <= 0 || !line.isConnected) clearInterval(timer);
  }, 1000);
}

document.addEventListener("htmx:afterSwap", () => {
  document.querySelectorAll("[data-retry-after]:not([data-counting])").forEach((line) => {
    line.dataset.counting = "";
    countDown(line);
  });
});
