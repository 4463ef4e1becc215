// Keys for the list of applications: only while the list has the focus, so that no key means anything elsewhere.
// The page works without this; what it says of keys is hidden until they work.

const list = document.querySelector("[data-st-keys]");
const rows = list ? [...list.querySelectorAll("tbody tr")] : [];
const said = document.querySelector("[data-st-said]");

function current() {
  return rows.findIndex((row) => row.contains(document.activeElement));
}

function move(step) {
  const from = current();
  const to = from < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(from + step, 0), rows.length - 1);
  rows[to]?.querySelector("a")?.focus();
}

function tick(row) {
  const box = row?.querySelector("input[type=checkbox]");
  if (!box) {
    return;
  }
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  said.textContent = (box.checked ? list.dataset.stTicked : list.dataset.stUnticked).replace("{name}", box.dataset.stName);
}

const actions = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  o: () => rows[current()]?.querySelector("a")?.click(),
  x: () => tick(rows[current()]),
};

if (rows.length > 0) {
  document.querySelector("[data-st-keys-help]").hidden = false;
  list.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, textarea, input[type=text]")) {
      return;
    }
    event.preventDefault();
    action();
  });
}
