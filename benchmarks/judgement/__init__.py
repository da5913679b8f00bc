"""Forms and receipts that nothing was trained on: pages in HTML, drawn by Chromium, with known answers."""
