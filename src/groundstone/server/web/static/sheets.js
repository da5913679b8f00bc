// A panel that is a column on a wide window and a dialog that slides over on a narrow one.

export const wide = window.matchMedia("(min-width: 1100px)");

export class Panel {
  constructor(aside, dialog, body, opener) {
    Object.assign(this, { aside, dialog, body, opener, opened: false });
    dialog.addEventListener("close", () => this.#closed());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    wide.addEventListener("change", () => this.#moved());
  }

  open() {
    this.opened = true;
    if (wide.matches) {
      if (this.body.parentNode !== this.aside) this.aside.append(this.body);
      this.aside.hidden = false;
    } else if (!this.dialog.open) {
      this.dialog.append(this.body);
      this.dialog.showModal();
    }
    this.#tell();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
    else this.#closed();
  }

  toggle() {
    if (this.opened) this.close();
    else this.open();
  }

  #closed() {
    this.opened = false;
    this.aside.hidden = true;
    this.#tell();
  }

  // A sheet does not pop up because a window became narrow; a column comes back when it became wide.
  #moved() {
    if (wide.matches) {
      this.dialog.close();
      this.open();
    } else {
      this.close();
    }
  }

  #tell() {
    this.opener.setAttribute("aria-expanded", String(this.opened));
  }
}
