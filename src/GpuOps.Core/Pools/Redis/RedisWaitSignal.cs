using System.Threading.Channels;

namespace GpuOps.Pools.Redis;

/// <summary>Remembers that there was news until somebody waits for it.</summary>
internal sealed class RedisWaitSignal(Func<RedisWaitSignal, ValueTask> stop) : IWaitSignal
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Ring() => _news.Writer.TryWrite(true);

    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(atMost);
        try
        {
            await _news.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The safety net: no news for a while, so the caller asks on its own.
        }
    }

    public ValueTask DisposeAsync() => stop(this);
}
