using GpuOps.Errors;
using Renci.SshNet.Common;

namespace GpuOps.Channels.Ssh;

/// <summary>
/// Runs programs on another host over SSH. One connection serves all callers; it is opened at first use, watched while
/// commands run, and opened again after a drop for commands that were not sent yet.
/// </summary>
public sealed class SshChannel : ICommandChannel
{
    /// <summary>OpenSSH's server takes 10 at once by default; two are left for ending commands and for signs of life.</summary>
    private const int MostAtOnce = 8;

    private readonly SshDestination _destination;
    private readonly SshDialog _dialog;
    private readonly TimeProvider _time;
    private readonly RemoteFiles _files;
    private readonly Endings _endings = new();
    private readonly SemaphoreSlim _slots = new(MostAtOnce), _gate = new(1);
    private SshConnection? _connection;
    private bool _isDisposed;

    /// <summary>Makes the channel; it connects at first use.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="dialog">Who answers questions; nobody by default.</param>
    /// <param name="time">The clock.</param>
    public SshChannel(SshDestination destination, SshDialog? dialog = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        _destination = destination;
        _dialog = dialog ?? new SshDialog();
        _time = time ?? TimeProvider.System;
        _files = new RemoteFiles(this);
    }

    /// <inheritdoc/>
    public string Description => _destination.Description;

    /// <summary>Connects now, where it is not yet, to see whether it can.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException">It says which step failed and why.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken) => _ = await ConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(ChannelCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var script = new RemoteScript(command, _destination.Environment, Description);
        await _slots.WaitAsync(cancellationToken);
        SshRun? run = null;
        try
        {
            run = await StartAsync(script, cancellationToken);
            return await run.FinishAsync(Description, cancellationToken);
        }
        catch (OperationCanceledException) when (run is not null)
        {
            var ending = run.EndAsync();
            run = null;
            await _endings.AddAsync(ending);
            throw;
        }
        finally
        {
            run?.Dispose();
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadAsync(string path, long offset, int atMost, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(atMost);
        return _files.ReadAsync(path, offset, atMost, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ChannelFile?> StatAsync(string path, CancellationToken cancellationToken) => _files.StatAsync(path, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool isProgram, CancellationToken cancellationToken) =>
        _files.WriteAsync(path, content, isProgram, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _endings.AllAsync();
        await _gate.WaitAsync();
        try
        {
            _isDisposed = true;
            _connection?.Dispose();
            _connection = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Starts a command, once more on a new connection where the one at hand turns out to be dead: nothing has been sent then.</summary>
    private async Task<SshRun> StartAsync(RemoteScript script, CancellationToken cancellationToken)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var connection = await ConnectionAsync(cancellationToken);
            try
            {
                return await SshRun.StartAsync(connection, script, cancellationToken);
            }
            catch (Exception fault) when (fault is not GpuOpsException && !cancellationToken.IsCancellationRequested)
            {
                // A server that takes no further session is alive; one that does not answer is not.
                if (!connection.IsAlive || fault is SshOperationTimeoutException)
                    connection.Break();
                if (isSecond)
                    throw ChannelErrors.Unreachable(Description, fault.Message, fault);
            }
        }
    }

    private async Task<SshConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_connection is { IsAlive: true } alive)
                return alive;
            _connection?.Dispose();
            _connection = null;
            _connection = await SshConnection.OpenAsync(_destination, _dialog, cancellationToken);
            if (_destination.KeepAlive > TimeSpan.Zero)
                _ = WatchAsync(_connection);
            return _connection;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Looks for a sign of life while commands run: a link that went down says nothing by itself, and TCP takes a quarter of an hour to notice.</summary>
    private async Task WatchAsync(SshConnection connection)
    {
        var alive = new RemoteScript(new ChannelCommand(["true"]), new Dictionary<string, string>(), Description);
        try
        {
            using var timer = new PeriodicTimer(_destination.KeepAlive, _time);
            while (await timer.WaitForNextTickAsync(connection.Broken))
            {
                if (_slots.CurrentCount == MostAtOnce)
                    continue;
                using var limit = new CancellationTokenSource(_destination.KeepAlive * _destination.KeepAliveCount, _time);
                using var probe = await SshRun.StartAsync(connection, alive, limit.Token);
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            connection.Break();
        }
    }
}
