using GpuOps.Configuration;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;
using GpuOps.Probes;
using GpuOps.Unit.Pools.Reservations;

namespace GpuOps.Unit.Pools.Sessions;

/// <summary>What a look at a pool costs.</summary>
public sealed class PoolSessionTests
{
    [Fact]
    public async Task A_status_of_many_hosts_is_one_query_to_the_store()
    {
        var pool = new CountedPool
        {
            Snapshot = new PoolSnapshot([.. Enumerable.Range(0, 40).Select(at => new PoolGpu { Host = $"box{at / 8}", Id = at % 8, Device = $"{at % 8}" })], [], []),
        };
        var session = new PoolSession(pool, "counted", GpuOpsSettings.Default, new ProbeCatalog(ProbeOptions.Default), "box0", TimeProvider.System);
        Assert.Equal(40, (await session.ReadStatusAsync((string?)null, TestContext.Current.CancellationToken)).Count);
        Assert.Equal(1, pool.Reads);
    }
}
