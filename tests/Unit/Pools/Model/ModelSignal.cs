using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>How the model tells a waiting client.</summary>
internal sealed class ModelSignal(string id) : IWaitSignal
{
    private readonly SemaphoreSlim _news = new(0);

    public string Id { get; } = id;

    public void Ring() => _news.Release();

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _news.WaitAsync(atMost, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _news.Dispose();
        return ValueTask.CompletedTask;
    }
}
