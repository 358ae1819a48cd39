/** The first page of each role, where its people come to when they sign in. Used by session.ts, sign.ts, account.ts and
 *  the pages that lead back. */
import type { UserView } from "./protocol.ts";

export const HOME: Readonly<Record<UserView["role"], string>> = {
  student: "/chat",
  teacher: "/teacher",
  guardian: "/family",
  admin: "/school",
  operator: "/schools",
};
