// What went wrong, as one clear sentence with its cause and a way out. Nothing here decides what is done about it.
import { type HeadroomError, isHeadroomError } from "../core/errors.ts";
import type { FailureRead } from "../core/profile/failure.ts";
import type { Format, Translate } from "./ports.ts";

export interface Problem {
  readonly sentence: string;
  readonly remedy: string | null;
  /** The provider's own page on it, by the profile; none by default. */
  readonly link?: string | null;
}

interface About {
  readonly t: Translate;
  readonly format: Format;
  readonly providerName: string;
  readonly simulated: boolean;
  /** Whether the request had left; null or left out where nothing is said of that. */
  readonly left?: boolean | null;
  /** The file that was chosen for a field; null or left out where there is none. */
  readonly fileOf?: (field: string) => ChosenFile | null;
}

interface ChosenFile {
  readonly title: string;
  readonly name: string;
}

/** What a request can lack besides a file. */
const NO_FILES: ReadonlySet<string> = new Set([
  "key",
  "keyring",
  "account",
  "storage",
  "baseUrl",
  "origin",
  "link",
  "proxy",
]);

/** Whether `field` of a notConfigured error names a file of the form; else it names something of our own. */
export function isFileField(field: string): boolean {
  return !NO_FILES.has(field);
}

/** An error status, with the provider's own words where it gave some. */
export function failureProblem(about: About, status: number, failure: FailureRead): Problem {
  const { t } = about;
  const { detail, code } = failure;
  const said = detail ?? code;
  const sentence =
    said === null || failure.meaning.includes(said)
      ? t("{meaning} (status {status})", { meaning: failure.meaning, status })
      : t("{meaning} It says: “{said}” (status {status})", { meaning: failure.meaning, said, status });
  return { sentence, remedy: failure.remedy, link: failure.link };
}

/** Anything that was thrown on the way. */
export function errorProblem(about: About, error: unknown): Problem {
  const { t, providerName: provider } = about;
  if (!isHeadroomError(error))
    return {
      sentence: t("Headroom itself failed: {what}.", { what: plain(error) }),
      remedy: t("Send again; if it stays, look into the log of Headroom."),
    };
  return known(about, error) ?? { sentence: t("{provider} could not be asked.", { provider }), remedy: null };
}

function known(about: About, error: HeadroomError): Problem | null {
  const { t, format, providerName: provider } = about;
  if (isHeadroomError(error, "unreachable")) {
    return {
      sentence: unreachableSentence(about, error.fields),
      remedy: about.simulated
        ? t("The simulator is not running; send again and it is started.")
        : t("Check the network and the proxy settings, then send again."),
    };
  }
  if (isHeadroomError(error, "outcomeUnknown"))
    return {
      sentence: t("The answer was lost; {provider} may have done the work and charged it.", { provider }),
      remedy: t("Check what the provider has, or give up; sending again could be charged twice."),
    };
  if (isHeadroomError(error, "overdue"))
    return {
      sentence: t("Nothing came from {provider} for {time}.", {
        provider,
        time: format.duration(error.fields.afterMs),
      }),
      remedy: t("Send again later; the provider or the network is stuck."),
    };
  if (isHeadroomError(error, "badShape")) return shapeProblem(about, error);
  if (isHeadroomError(error, "notConfigured"))
    return error.fields.field === "storage"
      ? storageProblem(about, error.cause)
      : configProblem(about, error.fields.field);
  if (isHeadroomError(error, "booksClosed")) return booksProblem(about, error.fields.why);
  if (isHeadroomError(error, "cancelled")) return { sentence: t("Cancelled."), remedy: null };
  if (isHeadroomError(error, "httpFailed"))
    return {
      sentence:
        error.fields.code === "redirect"
          ? t(
              "{provider} answered with a redirect to {where}, which is not followed: it could carry the key away.",
              {
                provider,
                where: error.fields.detail ?? t("an unknown place"),
              },
            )
          : t("{provider} answered with status {status}.", { provider, status: error.fields.status }),
      remedy: t("Look at the answer for the cause."),
    };
  return null;
}

function unreachableSentence(
  { t, providerName: provider, left }: About,
  { origin, code }: HeadroomError<"unreachable">["fields"],
): string {
  const host = hostOf(origin);
  const at = code === null ? host : t("{host} ({code})", { host, code });
  if (left === true)
    return t("The connection to {provider} at {host} broke off before an answer came.", {
      provider,
      host: at,
    });
  return left === false
    ? t("{provider} cannot be reached at {host}. Nothing was sent.", { provider, host: at })
    : t("{provider} cannot be reached at {host}.", { provider, host: at });
}

function shapeProblem({ t, providerName: provider }: About, error: HeadroomError<"badShape">): Problem {
  const { path, expected } = error.fields;
  if (path === "")
    return {
      sentence: t("The answer of {provider} is not {expected}.", { provider, expected }),
      remedy: t("Open the answer to see what came; if it is cut off, send again."),
    };
  return {
    sentence: t("The value {path} is not {expected}.", { path, expected }),
    remedy: t("Change it and send again."),
  };
}

function booksProblem({ t }: About, why: "newer" | "readOnly"): Problem {
  if (why === "newer")
    return {
      sentence: t("A newer Headroom wrote the ledger, so this one can only read it; nothing was sent."),
      remedy: t("Update Headroom, then send again."),
    };
  return {
    sentence: t("The file of the ledger is write-protected, so nothing can be booked; nothing was sent."),
    remedy: t("Make Headroom's storage folder writable, then send again."),
  };
}

/** What the disk would not take. */
function storageProblem({ t, providerName: provider }: About, cause: unknown): Problem {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : null;
  if (code === "ENOSPC" || code === "EDQUOT")
    return {
      sentence: t("The answer of {provider} came, but the disk has no room for it ({code}).", {
        provider,
        code,
      }),
      remedy: t("Make room on the disk, then fetch the result again."),
    };
  return {
    sentence: t("The answer of {provider} came, but could not be written to disk ({code}).", {
      provider,
      code: code ?? plain(cause),
    }),
    remedy: t("Make Headroom's storage folder writable, then fetch the result again."),
  };
}

function configProblem({ t, providerName: provider, fileOf }: About, field: string): Problem {
  if (field === "baseUrl" || field === "origin")
    return {
      sentence: t("The key of {provider} may not go to this address.", { provider }),
      remedy: t("Keys go to the provider's own address alone; check the account."),
    };
  if (field === "link")
    return {
      sentence: t("{provider} names an address that Headroom does not ask.", { provider }),
      remedy: t("Results come over https from public addresses; try again, or open the answer to see it."),
    };
  if (field === "keyring")
    return {
      sentence: t("The key of {provider} could not be read: the editor's secret storage does not answer.", {
        provider,
      }),
      remedy: t("Unlock the keyring of this machine, then send again. The key is not lost."),
    };
  if (field === "proxy")
    return {
      sentence: t(
        "The proxy in the setting http.proxy or in the environment is no address; nothing was sent.",
      ),
      remedy: t("Correct http.proxy, for example http://proxy.example.com:8080, then send again."),
    };
  if (isFileField(field)) {
    const file = fileOf?.(field) ?? { title: field, name: field };
    return {
      sentence: t("The file {file} cannot be read: it was moved, removed or locked.", { file: file.name }),
      remedy: t("Choose it again at “{field}” in the form of the playground, then send again.", {
        field: file.title,
      }),
    };
  }
  return {
    sentence: t("There is no key of {provider} for this account on this machine.", { provider }),
    remedy: t("Add the key again in the accounts view."),
  };
}

/** Broken JSON, or an answer without what the profile promises. */
export function brokenAnswer(
  about: About,
  why: "json" | "large" | "missing" | "part" | "type",
  detail: string,
): Problem {
  const { t, providerName: provider } = about;
  switch (why) {
    case "json":
      return {
        sentence: t("The answer of {provider} is broken: it is not JSON, or it is cut off.", { provider }),
        remedy: t(
          "Open the answer to see what came; the request itself was taken and may have been charged.",
        ),
      };
    case "large":
      return {
        sentence: t("The answer of {provider} has {size}, too much to read as JSON.", {
          provider,
          size: detail,
        }),
        remedy: t("It lies whole in the result folder; save or reveal it there."),
      };
    case "missing":
      return {
        sentence: t("The answer of {provider} has no value at {path}.", { provider, path: detail }),
        remedy: t("The API may have changed; open the answer to see what came."),
      };
    case "part":
      return {
        sentence: t("{provider} sent only a part of the result: it ends before the end that it states.", {
          provider,
        }),
        remedy: t("Fetch it again, or open the file to see what came."),
      };
    case "type":
      return {
        sentence: t("{provider} sent {type} where a playable result was due.", { provider, type: detail }),
        remedy: t("Fetch it again, or open the file to see what came."),
      };
  }
}

function hostOf(origin: string): string {
  return URL.parse(origin)?.host ?? origin;
}

function plain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
