export { openRedis, type RedisConnection } from "./connection.ts";
export { deadlineOf } from "./deadline.ts";
