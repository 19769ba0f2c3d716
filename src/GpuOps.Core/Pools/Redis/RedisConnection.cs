using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Polly;
using Polly.Retry;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>
/// One shared connection to the store, made at the first use. Every operation is idempotent, so it is tried again
/// when the connection breaks, for a short while.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly RedisPoolOptions _options;
    private readonly ResiliencePipeline _retries;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private volatile ConnectionMultiplexer? _multiplexer;

    public RedisConnection(RedisPoolOptions options)
    {
        _options = options;
        At = string.Join(", ", options.EndPoints.Select(Name));
        Store = $"redis{(options.Tls ? "s" : "")}://{string.Join(",", options.EndPoints.Select(Name))}/{options.Pool}";
        Errors = new RedisErrors(Store, At, options);
        _retries = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is { } error && RedisErrors.IsTransient(error)),
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(50),
                MaxDelay = TimeSpan.FromSeconds(1),
                MaxRetryAttempts = 20,
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>The connection was lost and is back: what was told meanwhile was missed.</summary>
    public event Action? Restored;

    /// <summary>The servers in words.</summary>
    public string At { get; }

    /// <summary>The store as an address, without secrets.</summary>
    public string Store { get; }

    public RedisErrors Errors { get; }

    /// <summary>Runs one operation on the server and reads its answer.</summary>
    public async Task<T> RunAsync<T>(
        RedisScript script, RedisKey[] keys, RedisValue[] values, Func<RedisResult, T> read, CancellationToken cancellationToken)
    {
        RedisResult answer;
        var start = Stopwatch.GetTimestamp();
        try
        {
            var multiplexer = _multiplexer ?? await ConnectAsync(cancellationToken);
            answer = await multiplexer.GetDatabase()
                .ScriptEvaluateAsync(script.Hash, keys, values).WaitAsync(cancellationToken);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            if (!LacksScript(error) && !RedisErrors.IsTransient(error))
                throw Errors.Explain(error);
            answer = await TryAsync(
                static (multiplexer, step) => EvaluateAsync(multiplexer.GetDatabase(), step.script, step.keys, step.values),
                (script, keys, values),
                _options.RetryFor - Stopwatch.GetElapsedTime(start),
                cancellationToken);
        }
        try
        {
            return read(answer);
        }
        catch (Exception error) when (RedisErrors.IsUnreadable(error))
        {
            throw Errors.Unreadable(error);
        }
    }

    /// <summary>Does something over the connection, again when it breaks; errors say what to do.</summary>
    public Task<T> TryAsync<T, TState>(
        Func<ConnectionMultiplexer, TState, Task<T>> work, TState state, CancellationToken cancellationToken) =>
        TryAsync(work, state, _options.RetryFor, cancellationToken);

    /// <summary>The connection; the first caller makes it, and one that fails is made anew by the next.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        if (_multiplexer is { } ready)
            return ready;
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            return _multiplexer ??= await OpenAsync(cancellationToken);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            throw Errors.Explain(error);
        }
        finally
        {
            _connecting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        if (Interlocked.Exchange(ref _multiplexer, null) is { } multiplexer)
            await multiplexer.DisposeAsync();
    }

    private async Task<T> TryAsync<T, TState>(
        Func<ConnectionMultiplexer, TState, Task<T>> work, TState state, TimeSpan limit, CancellationToken cancellationToken)
    {
        var multiplexer = await ConnectAsync(cancellationToken);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit > TimeSpan.Zero ? limit : TimeSpan.Zero);
        try
        {
            return await _retries.ExecuteAsync(
                static async (all, token) => await all.work(all.multiplexer, all.state).WaitAsync(token),
                (work, multiplexer, state),
                limited.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw Errors.Explain(new TimeoutException(error.Message, error));
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            throw Errors.Explain(error);
        }
    }

    private async Task<ConnectionMultiplexer> OpenAsync(CancellationToken cancellationToken)
    {
        var opening = ConnectionMultiplexer.ConnectAsync(new RedisClientOptions(_options).Build());
        try
        {
            var multiplexer = await opening.WaitAsync(_options.ConnectTimeout + TimeSpan.FromMilliseconds(500), cancellationToken);
            // A connection made for the first time counts as restored too; only one that was lost is news.
            var lost = 0;
            multiplexer.ConnectionFailed += (_, _) => Volatile.Write(ref lost, 1);
            multiplexer.ConnectionRestored += (_, _) =>
            {
                if (Volatile.Read(ref lost) == 1)
                    Restored?.Invoke();
            };
            return multiplexer;
        }
        catch (Exception error) when (error is RedisException or TimeoutException or OperationCanceledException)
        {
            // Nobody waits for this connection any more; when it still comes to be, it is closed.
            _ = opening.ContinueWith(
                static late => late.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            throw;
        }
    }

    private static async Task<RedisResult> EvaluateAsync(IDatabase database, RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script.Hash, keys, values);
        }
        catch (RedisServerException error) when (LacksScript(error))
        {
            // The server does not have the script yet, or lost it at a restart; this keeps it there.
            return await database.ExecuteAsync(
                "EVAL", [script.Text, keys.Length, .. keys.Cast<object>(), .. values.Cast<object>()]);
        }
    }

    private static bool LacksScript(Exception error) => error is RedisServerException { Kind: RedisErrorKind.NoScript };

    private static string Name(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        UnixDomainSocketEndPoint socket => socket.ToString()!,
        _ => endPoint.ToString()!,
    };
}
