using GpuOps.Pools;
using GpuOps.Unit.Pools.Model;

namespace GpuOps.Unit.Pools.Contract;

/// <summary>The model as a store.</summary>
public sealed class ModelStore : PoolStore
{
    private readonly List<ModelSignal> _signals = [];
    private PoolModel? _model;
    private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override bool HasFakeClock => true;

    public override TimeSpan ShortLease => TimeSpan.FromMinutes(1);

    public override ValueTask<IGpuPool> OpenAsync(TimeSpan? usageKept = null)
    {
        _model ??= new PoolModel(() => _now, usageKept ?? TimeSpan.FromDays(365));
        return ValueTask.FromResult<IGpuPool>(new ModelPool(_model, _signals));
    }

    public override Task PassAsync(TimeSpan time)
    {
        _now += time;
        return Task.CompletedTask;
    }

    public override void SetBack(TimeSpan time) => _now -= time;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
