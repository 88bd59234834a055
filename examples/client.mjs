// Asks from JavaScript, without any library: `assistant serve --no-ui` first, then `node examples/client.mjs "what did Biden say?"`.
// Prints the answer while it comes and each citation. Offsets count characters (code points), not the halves of them that a string has.
const address = process.env.ADDRESS ?? "http://127.0.0.1:7860";

export async function* ask(question) {
  const response = await fetch(`${address}/v1/ask`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ question }),
  });
  if (!response.ok) {
    const problem = await response.json();
    throw new Error(`${problem.title}: ${problem.hint}`);
  }
  let rest = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
      if (fields.data) yield { event: fields.event, ...JSON.parse(fields.data) };
    }
  }
}

export async function textOf(citation) {
  const article = await (await fetch(`${address}/v1/articles/${citation.article_id}`)).json();
  return [...article.text].slice(...citation.span).join("");
}

async function main(question) {
  for await (const event of ask(question)) {
    if (event.event === "grown") process.stdout.write(event.text);
    if (event.event !== "done") continue;
    process.stdout.write("\n");
    for (const citation of event.answer.citations) {
      const same = (await textOf(citation)) === citation.quote;
      console.log(citation.number, citation.article_id, ...citation.span, same ? "as in the article" : "NOT in the article");
    }
  }
}

main(process.argv[2] ?? "").catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
