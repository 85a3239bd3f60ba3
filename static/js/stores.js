// Finding stores: the visitor's position, and only when asked for it.
const form = document.querySelector("[data-find]");
const button = form?.querySelector("[data-locate]");
const near = form?.querySelector("[name=near]");
const question = form?.querySelector("[name=q]");
const failed = form?.querySelector("[data-locate-failed]");

if (button) {
  button.hidden = !("geolocation" in navigator);
  button.addEventListener("click", () => {
    button.disabled = true;
    failed.hidden = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Three decimals are about a hundred metres: enough to sort by, and no more than that leaves the device.
        near.value = `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`;
        question.value = "";
        button.disabled = false;
        form.requestSubmit();
      },
      () => {
        failed.hidden = false;
        button.disabled = false;
      },
      { maximumAge: 300000, timeout: 10000 },
    );
  });
}

// Typed words say another place than the position that was found before.
question?.addEventListener("input", () => {
  near.value = "";
});
