// Enhances searching; every page works without it. Suggestions while one types, "near me", the filters on a phone,
// the limit of a comparison, and a link to copy.

const PAUSE_MS = 220;
const LEAST_CHARACTERS = 2;

// A text box with a list of suggestions: the combobox of ARIA 1.2 with a listbox. The focus stays in the box.
class Combobox {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    this.list.id = `${input.id}-suggestions`;
    this.list.className = "st-suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.dataset.stListName);
    this.said = document.createElement("div");
    this.said.className = "govuk-visually-hidden";
    this.said.setAttribute("role", "status");
    this.active = -1;
    this.asked = 0;
    this.attach();
  }

  attach() {
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) {
      this.input.setAttribute(name, value);
    }
    this.input.after(this.list, this.said);
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // The box must not lose the focus before the choice is made.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  get options() {
    return [...this.list.children];
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    const written = this.input.value.trim();
    const turn = ++this.asked;
    if (written.length < LEAST_CHARACTERS) {
      this.close();
      this.said.textContent = "";
      return;
    }
    const found = await suggestions(this.input.dataset, written);
    // Whoever went on typing or has left waits for another answer.
    if (turn === this.asked && document.activeElement === this.input) {
      this.show(found);
    }
  }

  show(found) {
    this.list.replaceChildren(...found.map((each, number) => this.option(each, number)));
    this.list.hidden = found.length === 0;
    this.point(-1);
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    const { stNone, stOne, stMany } = this.input.dataset;
    this.said.textContent = [stNone, stOne][found.length] ?? stMany.replace("{count}", found.length);
  }

  option(suggestion, number) {
    const made = document.createElement("li");
    made.id = `${this.list.id}-${number}`;
    made.className = "st-suggestions__option";
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.dataset.stValue = suggestion.written;
    made.textContent = suggestion.text;
    if (suggestion.remark) {
      const remark = document.createElement("span");
      remark.className = "st-suggestions__remark";
      remark.textContent = suggestion.remark;
      made.append(" ", remark);
    }
    return made;
  }

  point(number) {
    this.options.forEach((each, at) => each.setAttribute("aria-selected", String(at === number)));
    this.active = number;
    const option = this.options[number];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) {
      return;
    }
    const count = this.options.length;
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) {
        this.ask();
      } else {
        const step = event.key === "ArrowDown" ? 1 : -1;
        // Past either end stands the box itself, then the other end.
        this.point(((this.active + 1 + step + count + 1) % (count + 1)) - 1);
      }
    } else if (event.key === "Enter" && isOpen && this.active >= 0) {
      event.preventDefault();
      this.choose(this.options[this.active]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab" && isOpen && this.active >= 0) {
      this.choose(this.options[this.active]);
    }
  }

  choose(option) {
    if (option) {
      this.input.value = option.dataset.stValue;
      this.close();
      this.said.textContent = "";
    }
  }

  close() {
    this.asked += 1;
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.list.replaceChildren();
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

async function suggestions(words, written) {
  const asked = new URL(words.stSuggest, location.href);
  asked.searchParams.set("q", written);
  try {
    const answer = await fetch(asked, { headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } });
    return answer.ok ? (await answer.json()).items.map((item) => shown(item, words)) : [];
  } catch {
    return [];
  }
}

// Suggested words are written as they read; a place is written by its value, as a postal code.
function shown(item, words) {
  // What a service is needs no remark.
  const remarks = { provider: words.stProvider, place: words.stPlace };
  return { text: item.text, written: item.kind ? item.text : item.value, remark: remarks[item.kind] };
}

// "Near me": the browser asks; what leaves it is rounded to about a kilometre, and comes back as a postal code to see.
class Near {
  constructor(button) {
    this.button = button;
    this.input = document.getElementById(button.dataset.stNear);
    this.said = document.getElementById(button.dataset.stSaid);
    button.hidden = false;
    button.addEventListener("click", () => this.locate());
  }

  locate() {
    this.tell(this.button.dataset.stWait);
    const options = { enableHighAccuracy: false, timeout: 15_000, maximumAge: 600_000 };
    navigator.geolocation.getCurrentPosition(
      (found) => this.ask(found.coords),
      () => this.tell(this.button.dataset.stRefused),
      options,
    );
  }

  async ask({ latitude, longitude }) {
    const body = JSON.stringify({ lat: coarse(latitude), lon: coarse(longitude) });
    const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
    try {
      const answer = await fetch(this.button.dataset.stAddress, { method: "POST", headers, body });
      const place = answer.ok ? await answer.json() : null;
      if (place) {
        this.input.value = place.value;
      }
      this.tell(place ? this.button.dataset.stFound.replace("{place}", place.text) : this.button.dataset.stRefused);
    } catch {
      this.tell(this.button.dataset.stRefused);
    }
  }

  tell(text) {
    this.said.textContent = text;
  }
}

function coarse(degrees) {
  return Math.round(degrees * 100) / 100;
}

// The filters are open beside the results and closed above them where there is no room.
function fold(details) {
  const wide = matchMedia("(min-width: 60rem)");
  const follow = () => {
    details.open = wide.matches;
  };
  wide.addEventListener("change", follow);
  follow();
}

// No more offers than a comparison takes: the others cannot be ticked, and are told why.
function limitChoices(form) {
  const most = Number(form.dataset.stMost);
  const said = form.querySelector("[data-st-chosen]");
  const boxes = [...document.querySelectorAll(`input[form="${form.id}"]`)];
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => {
      box.disabled = chosen >= most && !box.checked;
    });
    const text = chosen >= most ? said.dataset.stFull : said.dataset.stSome;
    said.textContent = chosen ? text.replace("{count}", chosen) : said.dataset.stNothing;
  };
  document.addEventListener("change", (event) => boxes.includes(event.target) && count());
  // Coming back, the browser may have kept the ticks.
  addEventListener("pageshow", count);
}

function copyLink(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.stCopy);
    try {
      await navigator.clipboard.writeText(field.value);
      document.getElementById(button.dataset.stSaid).textContent = button.dataset.stDone;
    } catch {
      field.select();
    }
  });
}

document.querySelectorAll("input[data-st-suggest]").forEach((input) => new Combobox(input));
document.querySelectorAll("details[data-st-fold]").forEach(fold);
document.querySelectorAll("form[data-st-most]").forEach(limitChoices);
document.querySelectorAll("[data-st-copy]").forEach(copyLink);
if ("geolocation" in navigator) {
  document.querySelectorAll("[data-st-near]").forEach((button) => new Near(button));
}
