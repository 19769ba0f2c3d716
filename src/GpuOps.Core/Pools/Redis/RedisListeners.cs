using System.Collections.Concurrent;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>The waiting requests of this process, each with its own channel on the shared connection.</summary>
internal sealed class RedisListeners
{
    private readonly RedisConnection _connection;
    private readonly ConcurrentDictionary<RedisWaitSignal, byte> _signals = new();

    public RedisListeners(RedisConnection connection)
    {
        _connection = connection;
        connection.Restored += () => _ = RingAllAsync();
    }

    /// <summary>Returns when the server has confirmed the subscription.</summary>
    public async Task<IWaitSignal> ListenAsync(RedisChannel channel, CancellationToken cancellationToken)
    {
        ISubscriber? subscriber = null;
        Action<RedisChannel, RedisValue>? ring = null;
        var signal = new RedisWaitSignal(Stop);
        ring = (_, _) => signal.Ring();
        _signals[signal] = 0;
        try
        {
            subscriber = await _connection.TryAsync(
                static async (multiplexer, state) =>
                {
                    var subscriber = multiplexer.GetSubscriber();
                    await subscriber.SubscribeAsync(state.channel, state.ring);
                    return subscriber;
                },
                (channel, ring),
                cancellationToken);
            return signal;
        }
        catch
        {
            await signal.DisposeAsync();
            throw;
        }

        ValueTask Stop(RedisWaitSignal stopped)
        {
            // Nobody waits for the answer: a server that is away has forgotten the subscription anyway.
            if (_signals.TryRemove(stopped, out _))
                subscriber?.Unsubscribe(channel, ring, CommandFlags.FireAndForget);
            return ValueTask.CompletedTask;
        }
    }

    // What was told while the connection was away is lost, so everybody asks again: at once, and when the server has
    // confirmed the subscriptions, which it does before it answers this ping on the same connection.
    private async Task RingAllAsync()
    {
        Ring();
        try
        {
            await _connection.TryAsync(
                static (multiplexer, _) => multiplexer.GetSubscriber().PingAsync(), 0, CancellationToken.None);
        }
        catch (Exception error) when (error is Errors.GpuOpsException or ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
        Ring();
    }

    private void Ring()
    {
        foreach (var signal in _signals.Keys)
            signal.Ring();
    }
}
