using GpuOps.Bench.Measuring;
using GpuOps.Rigs;

namespace GpuOps.Bench.Rows;

internal static class ReserveRows
{
    public static Row[] All { get; } =
    [
        new("reserve-redis", "reserve and release one GPU, Redis", "two bare EVALSHA", Bar.Ratio, 3, "ms", () => Rounds.OfAsync<RedisReserve>())
        {
            Missing = RedisServerRig.Missing,
        },
        new("reserve-sqlite", "reserve and release one GPU, SQLite", "two bare committed write transactions", Bar.Ratio, 3, "ms",
            () => Rounds.OfAsync<SqliteReserve>()),
    ];
}
