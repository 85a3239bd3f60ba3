// The checkout: stores near the reader, asked for by a button and never by itself.
const button = document.querySelector("[data-locate]");
if (button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        const near = `${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}`;
        window.htmx.ajax("GET", `${button.dataset.locate}?near=${near}`, { target: "#stores", swap: "outerHTML" });
      },
      () => {
        button.disabled = false;
        document.body.dispatchEvent(new CustomEvent("toast", { detail: { value: button.dataset.failed } }));
      },
      { timeout: 8000 },
    );
  });
}

// An error summary is where a reader must begin.
document.querySelector(".error-summary")?.focus();
document.body.addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.(".error-summary")?.focus());
