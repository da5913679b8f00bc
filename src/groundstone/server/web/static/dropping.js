// Files that are dropped anywhere on a page, or pasted into it.

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

// ``veil`` covers the page while files hang over it; ``take(files)`` gets them.
export function takesFiles(veil, take) {
  document.addEventListener("paste", (event) => event.clipboardData?.files.length && take(event.clipboardData.files));
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && (veil.hidden = true));
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    veil.hidden = true;
    take(event.dataTransfer.files);
  });
}
