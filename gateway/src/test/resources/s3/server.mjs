// A store that speaks as S3 does and checks signatures, with one bucket, until its input ends.
import S3rver from "@20minutes/s3rver";

const server = new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory: process.argv[2],
  vhostBuckets: false,
  configureBuckets: [{ name: "evidence", configs: [] }],
});
const { port } = await server.run();
console.log(port);
process.stdin.on("end", () => process.exit(0)).resume();
