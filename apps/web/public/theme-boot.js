// Runs before the first paint, so that a dark or enlarged page never flashes. A file of its own because inline scripts are forbidden.
(() => {
  let look = {};
  try {
    look = JSON.parse(localStorage.getItem("granary.look") ?? "{}");
  } catch {
    // Storage may be closed or hold something else; the system's own look is used then.
  }
  const root = document.documentElement;
  const dark = look.theme === "dark" || (look.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.mantineColorScheme = dark ? "dark" : "light";
  root.dataset.contrast = look.contrast === "high" || matchMedia("(prefers-contrast: more)").matches ? "high" : "normal";
  root.dataset.fontSize = look.fontSize ?? "normal";
})();
