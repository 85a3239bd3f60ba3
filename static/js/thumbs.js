// Other views of the car on its stage; without this the links open the picture.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".thumbs a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const stage = document.getElementById(link.closest("[data-stage]").dataset.stage);
  const image = stage?.querySelector("img");
  if (!image) return;
  event.preventDefault();
  stage.querySelector("source").srcset = link.dataset.avif;
  image.src = link.href;
  const small = link.querySelector("img");
  image.alt = small.alt;
  image.className = small.className; // a picture of the inside fills its frame
  for (const other of document.querySelectorAll(".thumbs a")) other.toggleAttribute("aria-current", false);
  link.setAttribute("aria-current", "true");
});
