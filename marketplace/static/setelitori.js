// Enhances pages that already work without it. The only script of our own, loaded as a module: nothing is inline.

import { initAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

function enhance(scope) {
  initAll({ scope });
  for (const group of scope.querySelectorAll("[data-st-counties]")) {
    addSelectAll(group);
  }
}

// A button for each county that ticks all its municipalities, or clears them when all are ticked.
function addSelectAll(group) {
  for (const county of group.querySelectorAll("[data-st-county]")) {
    const boxes = [...county.querySelectorAll("input[type=checkbox]")];
    if (boxes.length < 2 || county.querySelector(".st-counties__all")) {
      continue;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary st-counties__all";
    const label = () => {
      const all = boxes.every((box) => box.checked);
      button.textContent = all ? group.dataset.stClear : group.dataset.stSelect;
      return all;
    };
    button.addEventListener("click", () => {
      const tick = !label();
      boxes.forEach((box) => {
        box.checked = tick;
      });
      label();
    });
    county.addEventListener("change", label);
    label();
    county.prepend(button);
  }
}

enhance(document.body);

// What htmx brings in is dressed like the rest of the page.
document.body.addEventListener("htmx:afterSettle", (event) => enhance(event.detail.elt));
