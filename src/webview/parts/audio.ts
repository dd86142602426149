// The player of a recording: its shape, play and pause, seeking by pointer and by keyboard, and what is known of it.
// The browser's audio element plays; the drawing follows it.
import { css, html, LitElement, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import WaveSurfer from "wavesurfer.js";
import type { ResultView } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { mostBytes, type Recording, readRecording } from "./waveform.ts";

/** Plays `src`. */
@customElement("hr-audio")
export class Audio extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        /* The waveform's own layers must not rise above what lies over the player. */
        isolation: isolate;
      }
      .player {
        align-items: center;
        display: grid;
        gap: 2px 8px;
        grid-template-columns: auto minmax(0, 1fr);
      }
      .play {
        background: var(--vscode-button-background);
        border: 1px solid var(--vscode-button-border, transparent);
        border-radius: 50%;
        color: var(--vscode-button-foreground);
        cursor: pointer;
        display: grid;
        height: 32px;
        place-items: center;
        padding: 0;
        width: 32px;
      }
      .play:hover {
        background: var(--vscode-button-hoverBackground);
      }
      .play:focus-visible,
      .seek:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: 2px;
      }
      .play,
      .seek {
        opacity: var(--shape, 1);
      }
      .seek {
        border-radius: 3px;
        cursor: pointer;
        height: 40px;
        position: relative;
      }
      .plain {
        background: var(--track);
        border-radius: 2px;
        height: 4px;
        inset: 18px 0 auto;
        overflow: hidden;
        pointer-events: none;
        position: absolute;
      }
      .plain i {
        background: var(--accent);
        display: block;
        height: 100%;
      }
      .facts {
        color: var(--soft);
        display: flex;
        flex-wrap: wrap;
        gap: 0 10px;
        grid-column: 2;
        justify-content: space-between;
      }
      .time b {
        color: var(--vscode-foreground);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor result!: ResultView;
  @property({ attribute: false }) accessor src = "";
  @state() private accessor playing = false;
  @state() private accessor second = 0;
  @state() private accessor duration = 0;
  @state() private accessor recording: Recording | null = null;
  /** The element that plays. */
  @query("audio") accessor media!: HTMLAudioElement;
  @query(".seek") private accessor seeker!: HTMLElement;
  #waves: WaveSurfer | null = null;
  #reading: AbortController | null = null;
  /** The drawing is a canvas: it has to be told of another theme. */
  readonly #themes = new MutationObserver(() => this.#waves?.setOptions(this.#colours()));

  protected override render() {
    const { page, result } = this;
    const { t, words } = page;
    const name = this.playing ? t("Pause") : t("Play");
    const at = words.position(this.second);
    const all = words.position(this.duration);
    return html`<div class="player">
      <audio
        preload="metadata"
        src=${this.src}
        @play=${this.#begun}
        @pause=${this.#follow}
        @ended=${this.#follow}
        @timeupdate=${this.#follow}
        @seeked=${this.#follow}
        @loadedmetadata=${this.#follow}
        @durationchange=${this.#follow}
      ></audio>
      <button class="play" title=${name} aria-label=${`${name}: ${result.title}`} @click=${this.#toggle}>
        ${icon(this.playing ? "pause" : "play")}
      </button>
      <div
        class="seek"
        role="slider"
        tabindex="0"
        aria-label=${t("Position in {title}", { title: result.title })}
        aria-valuemin="0"
        aria-valuemax=${Math.max(1, Math.round(this.duration))}
        aria-valuenow=${Math.floor(this.second)}
        aria-valuetext=${t("{at} of {all}", { at, all })}
        @keydown=${this.#keys}
        @click=${this.#point}
      >
        ${
          this.recording === null
            ? html`<div class="plain"><i .style=${`width:${this.duration ? (this.second / this.duration) * 100 : 0}%`}></i></div>`
            : ""
        }
      </div>
      <p class="facts small figures">
        <span class="time"><b>${at}</b> / ${all}</span><span>${this.#facts()}</span>
      </p>
    </div>`;
  }

  #facts(): string {
    const { t, words } = this.page;
    const { recording, result } = this;
    const facts: string[] = [];
    const rate = recording?.sampleRate ?? null;
    if (rate !== null) facts.push(`${words.number(rate / 1000)} kHz`);
    if (recording !== null) {
      const { channels } = recording;
      facts.push(
        channels === 1
          ? t("mono")
          : channels === 2
            ? t("stereo")
            : t("{count} channels", { count: channels }),
      );
    }
    if (result.bytes !== null) facts.push(words.bytes(result.bytes));
    return facts.join(" · ");
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("src")) void this.#draw();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.media?.pause();
    this.#clear();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.#draw();
  }

  #clear(): void {
    this.#reading?.abort();
    this.#reading = null;
    this.#themes.disconnect();
    this.#waves?.destroy();
    this.#waves = null;
    this.recording = null;
  }

  async #draw(): Promise<void> {
    this.#clear();
    if (this.src === "" || (this.result.bytes ?? 0) > mostBytes) return;
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const recording = await readRecording(this.src, reading.signal);
      if (reading.signal.aborted) return;
      this.recording = recording;
      if (!Number.isFinite(this.media.duration)) this.duration = recording.durationSeconds;
      await this.updateComplete;
      if (reading.signal.aborted) return;
      this.#waves = WaveSurfer.create({
        container: this.seeker,
        media: this.media,
        peaks: [[...recording.peaks]],
        duration: recording.durationSeconds,
        height: 40,
        barWidth: 2,
        barGap: 1,
        barRadius: 1,
        barMinHeight: 1,
        cursorWidth: 1,
        interact: false,
        dragToSeek: false,
        ...this.#colours(),
        cspNonce: this.page.nonce,
      });
      this.#themes.observe(document.body, { attributeFilter: ["class", "data-vscode-theme-id"] });
    } catch {
      // The plain line stays; the media element says by itself whether it can play.
    }
  }

  #colours() {
    const style = getComputedStyle(this);
    const of = (name: string, otherwise: string) =>
      style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
    return {
      waveColor: of("descriptionForeground", "gray"),
      progressColor: of("progressBar-background", "currentColor"),
      cursorColor: of("foreground", "currentColor"),
    };
  }

  #begun(): void {
    this.page.post({ type: "playing", resultId: this.result.id });
    this.#follow();
  }

  #follow(): void {
    this.playing = !this.media.paused && !this.media.ended;
    this.second = this.media.currentTime;
    if (Number.isFinite(this.media.duration)) this.duration = this.media.duration;
  }

  #toggle(): void {
    if (this.media.paused) void this.media.play().catch(() => this.#follow());
    else this.media.pause();
  }

  #point(event: MouseEvent): void {
    const box = this.seeker.getBoundingClientRect();
    this.#seek(((event.clientX - box.left) / box.width) * this.duration);
  }

  #keys(event: KeyboardEvent): void {
    const step = this.duration > 60 ? 5 : 1;
    const to: Record<string, () => void> = {
      ArrowRight: () => this.#seek(this.second + step),
      ArrowUp: () => this.#seek(this.second + step),
      ArrowLeft: () => this.#seek(this.second - step),
      ArrowDown: () => this.#seek(this.second - step),
      PageUp: () => this.#seek(this.second + step * 10),
      PageDown: () => this.#seek(this.second - step * 10),
      Home: () => this.#seek(0),
      End: () => this.#seek(this.duration),
      " ": () => this.#toggle(),
    };
    const act = to[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }

  #seek(second: number): void {
    this.media.currentTime = Math.max(0, Math.min(second, this.duration));
    this.second = this.media.currentTime;
  }
}
