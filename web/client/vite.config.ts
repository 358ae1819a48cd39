/** How the client is built (into web/static/dist, read by the server through manifest.json) and tested. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  build: {
    outDir: "../static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // The policy of the pages allows no data: fonts or scripts and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      input: {
        sign: "src/sign.ts",
        account: "src/account.ts",
        chat: "src/chat.ts",
        teacher: "src/teacher.ts",
        classpage: "src/classpage.ts",
        family: "src/family.ts",
        familyroom: "src/familyroom.ts",
        school: "src/school.ts",
        schools: "src/schools.ts",
        reads: "src/reads.ts",
        replay: "src/replay.ts",
        assignmentlist: "src/assignmentlist.ts",
        assignmenteditor: "src/assignmenteditor.ts",
        assignmentpage: "src/assignmentpage.ts",
        reviewpage: "src/reviewpage.ts",
        tasks: "src/tasks.ts",
        task: "src/task.ts",
        ownwork: "src/ownwork.ts",
        result: "src/result.ts",
      },
    },
  },
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    unstubGlobals: true,
    testTimeout: 30_000, // thousands of prefixes in one test, on machines that do other things too
  },
});
