using System.Diagnostics;
using System.Text;
using GpuOps.Channels.Ssh;

namespace GpuOps.Channels.OpenSsh;

/// <summary>One command through a control master.</summary>
internal sealed class OpenSshRun : IRemoteRun
{
    /// <summary>From here on an exit code may be that of ssh itself, 255, or say what signal ended it.</summary>
    private const int Signalled = 128;

    private static readonly byte[] Ready = Encoding.ASCII.GetBytes(RemoteScript.Ready);

    private readonly IRemoteConnection _master;
    private readonly RemoteScript _script;
    private readonly Process _process;
    private readonly MemoryStream _error = new();
    private readonly RemoteOutput _output;
    private readonly TaskCompletionSource _isReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int?> _group = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _done;

    private OpenSshRun(IRemoteConnection master, RemoteScript script, Process process)
    {
        _master = master;
        _script = script;
        _process = process;
        _output = new RemoteOutput(script);
        _done = Task.WhenAll(ReadOutputAsync(), _process.StandardError.BaseStream.CopyToAsync(_error), _process.WaitForExitAsync(CancellationToken.None));
    }

    /// <summary>Starts the shell that waits for the command, and hears that it waits. However this fails, the command has not run.</summary>
    /// <exception cref="IOException">The master or the server takes no command.</exception>
    /// <exception cref="Errors.GpuOpsException"><c>LoginShellFailed</c>.</exception>
    public static async Task<OpenSshRun> StartAsync(IRemoteConnection master, IReadOnlyList<string> arguments, RemoteScript script, CancellationToken cancellationToken)
    {
        // Its proxy command is run by this, whatever shell the user has.
        var environment = new Dictionary<string, string> { ["SHELL"] = "/bin/sh" };
        var run = new OpenSshRun(master, script, LocalProcess.Start(arguments[0], arguments.Skip(1), environment, null));
        try
        {
            if (await Task.WhenAny(run._isReady.Task, run._done).WaitAsync(cancellationToken) != run._isReady.Task)
                throw run.NotStarted();
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<CommandResult> FinishAsync(string host, CancellationToken cancellationToken)
    {
        // A command that does not read its input keeps this waiting, which is no reason to wait for it.
        _ = SendAsync();
        await _done.WaitAsync(cancellationToken);
        return await _output.ResultAsync(null, _error.ToArray()).WaitAsync(cancellationToken) ?? throw ChannelErrors.Lost(host, _script.Program, null);
    }

    /// <inheritdoc/>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (await _group.Task.WaitAsync(cancellationToken) is { } group && !_done.IsCompleted)
            await RemoteEnd.RunAsync(_master, group, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_done.IsCompleted)
        {
            _ = _done.Exception;
            _process.Dispose();
            return;
        }

        _ = _done.ContinueWith(done => { _ = done.Exception; _process.Dispose(); }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in this moment.
        }
    }

    private IOException NotStarted()
    {
        var said = Encoding.UTF8.GetString(_error.ToArray()).Trim();
        if (_done.Exception is { } fault)
            return new IOException(fault.InnerException!.Message, fault.InnerException);
        // Neither ssh itself nor what ended it: then this is what the login shell ended with.
        if (_process.ExitCode is < Signalled)
            _ = _script.Result(_process.ExitCode, _output.Kept.ToArray(), _error.ToArray());
        return new IOException(said.Length > 0 ? said : $"ssh ended with {_process.ExitCode}");
    }

    private async Task SendAsync()
    {
        try
        {
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(_script.Input);
            input.Close();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The command ended, or the connection: its end tells.
        }
    }

    private async Task ReadOutputAsync()
    {
        try
        {
            var buffer = new byte[1 << 16];
            for (int read; (read = await _process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0;)
            {
                await _output.AddAsync(buffer.AsMemory(0, read));
                if (!_group.Task.IsCompleted)
                    Look(_output.Kept);
            }
        }
        finally
        {
            _output.Complete();
            _group.TrySetResult(null);
        }
    }

    private void Look(ReadOnlySpan<byte> output)
    {
        if (output.IndexOf(Ready) >= 0)
            _isReady.TrySetResult();
        if (_script.ProcessId(output) is { } group)
            _group.TrySetResult(group);
    }
}
