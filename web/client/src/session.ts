/** What every page for signed-in people starts with: the API, who it is, and the live connection with its banner. */
import { Api, ApiError } from "./api.ts";
import type { UserView } from "./protocol.ts";
import { Connection, type ConnectionState } from "./socket.ts";
import { byId, make, sentenceOf, words } from "./ui.ts";

/** A connection that takes longer than this is worth a word. */
const PATIENCE_MS = 700;
const RETRY_MS = 3000;
const HOME = { student: "/chat", teacher: "/teacher" } as const;

export interface Session {
  api: Api;
  user: UserView;
}

/** Finds out who is there. Strangers are sent to sign in, people of another role to their own page. */
export async function enter(role?: UserView["role"]): Promise<Session> {
  const api = new Api();
  for (;;) {
    try {
      await api.token();
      if (!api.user) throw new ApiError("unauthenticated", 401);
      if (!role || api.user.role === role) return { api, user: api.user };
      location.replace(HOME[api.user.role]);
      return await never();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        toSignIn();
        return await never();
      }
      showBanner(sentenceOf(error));
      await new Promise((again) => setTimeout(again, RETRY_MS));
    }
  }
}

/** Leaves for the sign-in page, which leads back here. */
export function toSignIn(): void {
  location.replace(`/sign-in?${new URLSearchParams({ next: location.pathname })}`);
}

/** The page's live connection. Its state shows in the banners, and as `data-live` on the root while it is online. */
export function connect(api: Api): Connection {
  const connection = new Connection(api);
  let timer = 0;
  const show = (state: ConnectionState) => {
    clearTimeout(timer);
    document.documentElement.toggleAttribute("data-live", state === "online");
    if (state === "online") {
      document.documentElement.dataset["live"] = "1";
      showBanner("");
    } else if (state === "connecting") {
      timer = window.setTimeout(() => showBanner(words.banner_connecting), PATIENCE_MS);
    } else if (state === "offline") {
      showBanner(words.banner_offline);
    } else {
      showBanner(words.banner_ended, true);
    }
  };
  connection.onState(show);
  show(connection.state);
  return connection;
}

function showBanner(text: string, withLink = false): void {
  for (const banner of document.querySelectorAll<HTMLElement>(".banner")) {
    banner.hidden = text === "";
    banner.replaceChildren(text);
    if (!withLink) continue;
    const link = make("a", { href: "/sign-in" }, words.sign_in);
    link.search = new URLSearchParams({ next: location.pathname }).toString();
    banner.append(" ", link);
  }
}

export function setName(user: UserView): void {
  byId("me").textContent = user.display_name;
}

/** The page is being left: whatever waits for this is not to go on. */
function never(): Promise<never> {
  return new Promise(() => {});
}
