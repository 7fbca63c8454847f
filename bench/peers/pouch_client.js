// PouchDB's own replication with pouchdb-server, a phase for each line it is sent.
// Arguments: the folder of node_modules, a folder for data, the server's address, a file of cases.
const { createRequire } = require("node:module");
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const [modules, folder, url, file] = process.argv.slice(2);
const PouchDB = createRequire(path.join(modules, "package.json"))("pouchdb");
const cases = JSON.parse(fs.readFileSync(file, "utf8"));
const remote = `${url}cases`;
const batch = { batch_size: 1000, batches_limit: 10 };
const one = new PouchDB(path.join(folder, "one"));
const two = new PouchDB(path.join(folder, "two"));

async function edit(count) {
  const rows = (await one.allDocs({ include_docs: true, limit: count })).rows;
  await one.bulkDocs(rows.map((row) => ({ ...row.doc, lead: `Cne A. Diop ${process.hrtime.bigint()}` })));
}

const prepare = {
  push: () => one.bulkDocs(cases.map((each) => ({ _id: each.reference, ...each }))),
  "one edit up": () => edit(1),
  "thousand edits up": () => edit(1000),
};
const phases = {
  push: () => one.replicate.to(remote, batch),
  pull: () => two.replicate.from(remote, batch),
  "one edit up": () => one.replicate.to(remote, batch),
  "thousand edits up": () => one.replicate.to(remote, batch),
  "thousand edits down": () => two.replicate.from(remote, batch),
};

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [verb, ...rest] = line.trim().split(" ");
    const name = rest.join(" ");
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    await ((verb === "prepare" ? prepare : phases)[name] ?? (() => {}))();
    const spent = process.cpuUsage(cpu);
    const seconds = Number(process.hrtime.bigint() - wall) / 1e9;
    console.log(JSON.stringify({ cpu_s: (spent.user + spent.system) / 1e6, wall_s: seconds }));
  }
}

main();
