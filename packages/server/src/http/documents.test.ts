/** `/docs` and `/openapi.json`. */
import { expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, serving } from "#testing";

test("the page is one piece: it shows the document of this server and asks nobody else for anything", async () => {
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async (server) => {
    const page = await (await server.request("GET", "/docs")).text();
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain("/openapi.json");
    expect(page).toContain("/predictions");
    // Scripts, styles, pictures and fonts of other hosts, and of files that are not served.
    expect(page).not.toMatch(/<(?:script|img|iframe|source)[^>]*\ssrc=/i);
    expect(page).not.toMatch(/<link[^>]*\shref="(?!data:)/i);
    expect(page).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//i);
  });
});

test("the document is the one the build made, to the letter", async () => {
  const text = `{ "openapi": "3.0.2",\n "made": "by hand", "components": {"schemas": {}}}\n`;
  await serving({ model: OBEDIENT, files: { ".cog/openapi_schema.json": text } }, async (server) => {
    expect(await (await server.request("GET", "/openapi.json")).text()).toBe(text);
  });
});

test("a built document that is no JSON is not used: inputs are not checked, there is nothing to show", async () => {
  await serving({ model: OBEDIENT, files: { ".cog/openapi_schema.json": "{" } }, async (server) => {
    expect((await server.request("GET", "/openapi.json")).status).toBe(503);
    expect((await server.client.predict({ input: { do: "output = 'as it is'" } })).output).toBe("as it is");
    expect(server.log).toContain("running without a schema");
  });
});
