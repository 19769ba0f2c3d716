using GpuOps.Errors;

namespace GpuOps.Channels.Ssh;

/// <summary>
/// The commands of one channel. One connection serves all callers; it is opened at first use, and again after a drop
/// for commands that were not sent yet.
/// </summary>
/// <param name="host">What errors call the host.</param>
/// <param name="open">Opens a connection.</param>
/// <param name="time">The clock.</param>
internal sealed class RemoteCommands(string host, Func<CancellationToken, Task<IRemoteConnection>> open, TimeProvider time) : IAsyncDisposable
{
    /// <summary>OpenSSH's server takes 10 at once by default; one is left for ending commands, and one for signs of life.</summary>
    private const int MostAtOnce = 8, MostEndingsAtOnce = 1;

    /// <summary>How long a command that is to be ended is taken care of: a link may have gone down without a word.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly Endings _endings = new();
    private readonly SemaphoreSlim _slots = new(MostAtOnce), _ends = new(MostEndingsAtOnce), _gate = new(1);
    private IRemoteConnection? _connection;
    private bool _isDisposed;

    /// <summary>True while a command runs.</summary>
    public bool AreRunning => _slots.CurrentCount < MostAtOnce;

    /// <summary>Runs a command to its end; see <see cref="ICommandChannel.RunAsync"/>.</summary>
    public async Task<CommandResult> RunAsync(RemoteScript script, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        IRemoteRun? run = null;
        Task? ending = null;
        try
        {
            run = await StartAsync(script, cancellationToken);
            return await run.FinishAsync(host, cancellationToken);
        }
        catch (OperationCanceledException) when (run is not null)
        {
            ending = EndAsync(run);
            await _endings.AddAsync(ending);
            throw;
        }
        finally
        {
            // While it is being ended its session is still open, and its slot stays taken.
            if (ending is null)
            {
                run?.Dispose();
                _slots.Release();
            }
        }
    }

    /// <summary>The connection, opened now where there is none that is alive.</summary>
    public async Task<IRemoteConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_connection is { IsAlive: true } alive)
                return alive;
            await DiscardAsync();
            return _connection = await open(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _endings.AllAsync();
        await _gate.WaitAsync();
        try
        {
            _isDisposed = true;
            await DiscardAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Starts a command, once more on a new connection where the one at hand turns out to be dead: nothing has been sent then.</summary>
    private async Task<IRemoteRun> StartAsync(RemoteScript script, CancellationToken cancellationToken)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var connection = await ConnectionAsync(cancellationToken);
            try
            {
                return await connection.StartAsync(script, cancellationToken);
            }
            catch (Exception fault) when (fault is not GpuOpsException && !cancellationToken.IsCancellationRequested)
            {
                // A server that takes no further session is alive.
                if (!connection.IsAlive)
                    connection.Break();
                if (isSecond)
                    throw ChannelErrors.Unreachable(host, fault.Message, fault);
            }
        }
    }

    private async Task EndAsync(IRemoteRun run)
    {
        using var limit = new CancellationTokenSource(EndLimit, time);
        try
        {
            await _ends.WaitAsync(limit.Token);
            try
            {
                await run.EndAsync(limit.Token);
            }
            finally
            {
                _ends.Release();
            }
        }
        finally
        {
            run.Dispose();
            _slots.Release();
        }
    }

    private async Task DiscardAsync()
    {
        if (_connection is { } old)
            await old.DisposeAsync();
        _connection = null;
    }
}
