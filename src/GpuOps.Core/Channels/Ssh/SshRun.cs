using Renci.SshNet;

namespace GpuOps.Channels.Ssh;

/// <summary>One command over a connection of SSH.NET.</summary>
internal sealed class SshRun : IRemoteRun
{
    private const int Piece = 32 * 1024;

    private readonly SshConnection _connection;
    private readonly SshCommand _command;
    private readonly RemoteScript _script;
    private readonly Task _done;
    private readonly RemoteOutput _output;
    private readonly TaskCompletionSource<int?> _group = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _passing;

    private SshRun(SshConnection connection, SshCommand command, RemoteScript script, Task done)
    {
        _connection = connection;
        _command = command;
        _script = script;
        _done = done;
        _output = new RemoteOutput(script);
    }

    /// <summary>Starts the shell that waits for the command. However this fails, the command has not run.</summary>
    public static async Task<SshRun> StartAsync(SshConnection connection, RemoteScript script, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Broken);
        var command = connection.Client.CreateCommand(RemoteScript.Line);
        var starting = Task.Factory.StartNew(() => command.ExecuteAsync(CancellationToken.None), CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        try
        {
            return new SshRun(connection, command, script, await starting.WaitAsync(either.Token));
        }
        catch
        {
            _ = starting.ContinueWith(task => { _ = task.Exception; SshHop.Discard(command); }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<CommandResult> FinishAsync(string host, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _connection.Broken);
        // A command that does not read its input keeps this waiting, which is no reason to wait for it.
        _ = Task.Run(Send, CancellationToken.None).ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        // SSH.NET's stream keeps a thread waiting, and has everything in it in the end.
        _passing = _script.OutputReader is null ? null : Task.Factory.StartNew(Pass, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await _done.WaitAsync(either.Token);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw ChannelErrors.Lost(host, _script.Program, fault);
        }

        cancellationToken.ThrowIfCancellationRequested();
        // Neither code nor signal: the server was ended before it could tell.
        if (_passing is null)
            Pass();
        else
            await _passing.WaitAsync(either.Token);
        return await _output.ResultAsync(_command.ExitStatus ?? SignalCode(_command.ExitSignal), Drain(_command.ExtendedOutputStream)).WaitAsync(cancellationToken)
            ?? throw ChannelErrors.Lost(host, _script.Program, null);
    }

    /// <inheritdoc/>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (await ProcessIdAsync().WaitAsync(cancellationToken) is { } process && !_done.IsCompleted)
            await RemoteEnd.RunAsync(_connection, process, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = _done.Exception;
        _ = _passing?.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        SshHop.Discard(_command);
    }

    private void Send()
    {
        var input = _command.CreateInputStream();
        input.Write(_script.Input);
        // The end is told only to who waits for it. Another may be over already: then SSH.NET tells it of a channel whose
        // number the server has given to the next command, which never hears a word.
        if (_script.HasInput)
            input.Dispose();
    }

    private void Pass()
    {
        var buffer = new byte[Piece];
        try
        {
            for (int read; (read = _command.OutputStream.Read(buffer)) > 0;)
            {
                _output.AddAsync(buffer.AsMemory(0, read)).AsTask().GetAwaiter().GetResult();
                if (!_group.Task.IsCompleted && _script.ProcessId(_output.Kept) is { } group)
                    _group.TrySetResult(group);
            }
        }
        finally
        {
            _output.Complete();
            _group.TrySetResult(null);
        }
    }

    private async Task<int?> ProcessIdAsync()
    {
        _passing ??= Task.Factory.StartNew(Pass, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await _group.Task;
    }

    private static byte[] Drain(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    // RFC 4254, section 6.10, with the numbers of Linux.
    private static int? SignalCode(string? name) => name switch
    {
        null => null,
        "HUP" => 129, "INT" => 130, "QUIT" => 131, "ILL" => 132, "ABRT" => 134, "FPE" => 136, "KILL" => 137,
        "USR1" => 138, "SEGV" => 139, "USR2" => 140, "PIPE" => 141, "ALRM" => 142, "TERM" => 143,
        _ => 128,
    };
}
