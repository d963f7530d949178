const filter = document.getElementById("filter");
const outcomes = [...document.querySelectorAll("input[name=outcome]")];
const rows = [...document.querySelectorAll("#cases li")];

function show() {
  const text = filter.value.toLowerCase();
  const wanted = new Set(outcomes.filter(({ checked }) => checked).map(({ value }) => value));
  let shown = 0;
  for (const row of rows) {
    const fits = wanted.has(row.className) && row.textContent.toLowerCase().includes(text);
    row.hidden = !fits;
    if (fits) shown += 1;
  }
  document.getElementById("shown").textContent = `${shown} shown`;
}

for (const control of [filter, ...outcomes]) control.addEventListener("input", show);
