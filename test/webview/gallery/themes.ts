// The colours that four of VS Code's own themes give a webview, for the gallery. Read from the workbench of VS Code 1.139
// in 2026-11 (Dark Modern, Light Modern, both high contrasts); only those that the panel uses. Data only.

/** The themes of the gallery. */
export type ThemeName = "dark" | "light" | "hcDark" | "hcLight";

/** All of them, in the order of the table below. */
export const themeNames: readonly ThemeName[] = ["dark", "light", "hcDark", "hcLight"];

/** One colour a theme; an empty text where the theme has none. */
const colours: Readonly<Record<string, readonly [string, string, string, string]>> = {
  "button-background": ["#0078d4", "#005fb8", "#000000", "#0f4a85"],
  "button-border": ["rgba(255, 255, 255, 0.1)", "rgba(0, 0, 0, 0.1)", "#6fc3df", "#0f4a85"],
  "button-foreground": ["#ffffff", "#ffffff", "#ffffff", "#ffffff"],
  "button-hoverBackground": ["#026ec1", "#0258a8", "#000000", "#0f4a85"],
  "button-secondaryBackground": ["rgba(0, 0, 0, 0)", "#e5e5e5", "", "#ffffff"],
  "button-secondaryBorder": ["rgba(204, 204, 204, 0.15)", "rgba(59, 59, 59, 0.15)", "#6fc3df", "#0f4a85"],
  "button-secondaryForeground": ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "button-secondaryHoverBackground": ["#2b2b2b", "#cccccc", "", ""],
  "button-separator": [
    "rgba(255, 255, 255, 0.4)",
    "rgba(255, 255, 255, 0.4)",
    "rgba(255, 255, 255, 0.4)",
    "rgba(255, 255, 255, 0.4)",
  ],
  "charts-green": ["#89d185", "#388a34", "#89d185", "#374e06"],
  "charts-yellow": ["#cca700", "#bf8803", "#ffd370", "#895503"],
  contrastActiveBorder: ["", "", "#f38518", "#006bbd"],
  contrastBorder: ["", "", "#6fc3df", "#0f4a85"],
  descriptionForeground: ["#9d9d9d", "#3b3b3b", "rgba(255, 255, 255, 0.7)", "rgba(41, 41, 41, 0.7)"],
  "dropdown-background": ["#313131", "#ffffff", "#000000", "#ffffff"],
  "dropdown-border": ["#3c3c3c", "#cecece", "#6fc3df", "#0f4a85"],
  "dropdown-foreground": ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "dropdown-listBackground": ["#1f1f1f", "#ffffff", "#000000", "#ffffff"],
  "editor-background": ["#1f1f1f", "#ffffff", "#000000", "#ffffff"],
  "editor-foreground": ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "editor-inlineValuesForeground": [
    "rgba(255, 255, 255, 0.5)",
    "rgba(0, 0, 0, 0.5)",
    "rgba(255, 255, 255, 0.5)",
    "rgba(0, 0, 0, 0.5)",
  ],
  "editorInfo-foreground": ["#59a4f9", "#0063d3", "#59a4f9", "#0063d3"],
  "editorWarning-foreground": ["#cca700", "#bf8803", "#ffd370", "#895503"],
  errorForeground: ["#f85149", "#f85149", "#f48771", "#b5200d"],
  focusBorder: ["#0078d4", "#005fb8", "#f38518", "#006bbd"],
  foreground: ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "icon-foreground": ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "input-border": ["#3c3c3c", "#cecece", "#6fc3df", "#0f4a85"],
  "input-placeholderForeground": ["#989898", "#767676", "rgba(255, 255, 255, 0.7)", "rgba(41, 41, 41, 0.7)"],
  "inputValidation-errorBackground": ["#5a1d1d", "#f2dede", "#000000", "#ffffff"],
  "inputValidation-errorBorder": ["#be1100", "#be1100", "#6fc3df", "#0f4a85"],
  "progressBar-background": ["#0078d4", "#005fb8", "#6fc3df", "#0f4a85"],
  "scrollbar-shadow": ["#000000", "#dddddd", "", ""],
  "scrollbarSlider-activeBackground": [
    "rgba(191, 191, 191, 0.4)",
    "rgba(0, 0, 0, 0.6)",
    "#6fc3df",
    "#0f4a85",
  ],
  "scrollbarSlider-background": [
    "rgba(121, 121, 121, 0.4)",
    "rgba(100, 100, 100, 0.4)",
    "rgba(111, 195, 223, 0.6)",
    "rgba(15, 74, 133, 0.4)",
  ],
  "scrollbarSlider-hoverBackground": [
    "rgba(100, 100, 100, 0.7)",
    "rgba(100, 100, 100, 0.7)",
    "rgba(111, 195, 223, 0.8)",
    "rgba(15, 74, 133, 0.8)",
  ],
  "settings-checkboxBackground": ["#313131", "#f8f8f8", "#000000", "#ffffff"],
  "settings-checkboxBorder": ["#3c3c3c", "#cecece", "#6fc3df", "#0f4a85"],
  "settings-checkboxForeground": ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "settings-dropdownBackground": ["#313131", "#ffffff", "#000000", "#ffffff"],
  "settings-dropdownBorder": ["#3c3c3c", "#cecece", "#6fc3df", "#0f4a85"],
  "settings-dropdownForeground": ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "settings-textInputBackground": ["#313131", "#ffffff", "#000000", "#ffffff"],
  "settings-textInputBorder": ["#3c3c3c", "#cecece", "#6fc3df", "#0f4a85"],
  "settings-textInputForeground": ["#cccccc", "#3b3b3b", "#ffffff", "#292929"],
  "sideBar-background": ["#181818", "#f8f8f8", "#000000", "#ffffff"],
  "testing-iconPassed": ["#73c991", "#73c991", "#73c991", "#007100"],
  "textCodeBlock-background": ["#2b2b2b", "#f8f8f8", "#000000", "#f2f2f2"],
  "textLink-activeForeground": ["#4daafc", "#005fb8", "#21a6ff", "#0f4a85"],
  "textLink-foreground": ["#4daafc", "#005fb8", "#21a6ff", "#0f4a85"],
  "toolbar-activeBackground": ["rgba(99, 102, 103, 0.31)", "rgba(166, 166, 166, 0.31)", "", ""],
  "toolbar-hoverBackground": ["rgba(90, 93, 94, 0.31)", "rgba(184, 184, 184, 0.31)", "", ""],
  "toolbar-hoverOutline": ["", "", "#f38518", "#006bbd"],
  "widget-border": ["#313131", "#e5e5e5", "#6fc3df", "#0f4a85"],
};

const fonts = `
  --vscode-font-family: "Open Sans", system-ui, sans-serif;
  --vscode-font-size: 13px;
  --vscode-font-weight: normal;
  --vscode-editor-font-family: monospace;
  --vscode-editor-font-size: 12px;
  --vscode-editor-font-weight: normal;`;

/** The style sheet that makes a page look as in a side bar of that theme. */
export function themeCss(theme: ThemeName): string {
  const at = themeNames.indexOf(theme);
  const lines = Object.entries(colours)
    .filter(([, values]) => values[at] !== "")
    .map(([name, values]) => `  --vscode-${name}: ${values[at]};`);
  const scheme = theme === "light" || theme === "hcLight" ? "light" : "dark";
  return `:root {${fonts}\n${lines.join("\n")}\n  color-scheme: ${scheme};\n}
::-webkit-scrollbar { width: 10px; }
body { background: var(--vscode-sideBar-background); }\n`;
}
