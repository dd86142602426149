// The HTML shell of the webview with its content security policy. It holds no state and no text but the title.

/** What the shell is made from. */
export interface PageParts {
  /** Random, new for each page; scripts and styles made by scripts carry it. */
  readonly nonce: string;
  /** The editor's word for its own resources: `webview.cspSource`. */
  readonly cspSource: string;
  /** Address of dist/webview.js. */
  readonly scriptUri: string;
  /** Address of dist/webview.css. */
  readonly styleUri: string;
  /** BCP 47 language of the page. */
  readonly language: string;
  readonly title: string;
}

/**
 * The whole page as text. Nothing is allowed but our own script and style sheet, their fonts, and media of the result store.
 * `connect-src` is there for the waveform, which reads the bytes of a result.
 */
export function pageHtml(parts: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${parts.nonce}'`,
    `style-src ${parts.cspSource} 'nonce-${parts.nonce}'`,
    `font-src ${parts.cspSource}`,
    `media-src ${parts.cspSource}`,
    `connect-src ${parts.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escaped(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(parts.title)}</title>
<link rel="stylesheet" href="${escaped(parts.styleUri)}">
</head>
<body>
<hr-app></hr-app>
<script type="module" nonce="${escaped(parts.nonce)}" src="${escaped(parts.scriptUri)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
