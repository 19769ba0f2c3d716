using GpuOps.Pools;
using GpuOps.Pools.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Pools.Contract;

/// <summary>A SQLite file in memory-backed storage where there is some, under a made-up clock.</summary>
public sealed class SqliteStore : PoolStore
{
    private readonly Clocks _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"gpuops-contract-{Guid.NewGuid():N}"));

    public override bool HasFakeClock => true;

    public override DateTimeOffset Now => _time.GetUtcNow();

    public override TimeSpan? Steady => new TimeSpan(_time.GetTimestamp());

    public override TimeSpan ShortLease => TimeSpan.FromMinutes(1);

    public override ValueTask<IGpuPool> OpenAsync(TimeSpan? usageKept = null)
    {
        var options = new SqlitePoolOptions(Path.Combine(_folder.FullName, "pool.db")) { Time = _time };
        if (usageKept is { } retention)
            options = options with { Retention = retention };
        return ValueTask.FromResult<IGpuPool>(new SqliteGpuPool(options));
    }

    public override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    public override void SetBack(TimeSpan time) => _time.Ahead -= time;

    public override ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A steady clock, and one on the wall that can be set.</summary>
    private sealed class Clocks(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }
}
