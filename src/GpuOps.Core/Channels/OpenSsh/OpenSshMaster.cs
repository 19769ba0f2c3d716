using System.Diagnostics;
using System.Runtime.Versioning;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;

namespace GpuOps.Channels.OpenSsh;

/// <summary>
/// A control master of ssh that lives as long as we hold a pipe to the shell that watches it: the system closes the
/// pipe however this process ends.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class OpenSshMaster : IRemoteConnection
{
    private const int MostLines = 100;

    // Where there is a session of its own, the hosts' ssh on the way are ended too: one that waits for a dead link would stay.
    private const string Watch = """
        trap '' INT QUIT
        session=$1 folder=$2
        shift 2
        exec 3<&0 </dev/null
        "$@" 3<&- &
        ssh=$!
        { read -r line <&3; kill "$ssh"; } 2>/dev/null &
        watch=$!
        wait "$ssh"
        code=$?
        kill "$watch" 2>/dev/null
        trap '' TERM
        [ -n "$session" ] && kill -s TERM 0
        for answer in "$folder"/answer.*; do
            [ -p "$answer" ] && echo gone 1<>"$answer"
        done
        rm -rf -- "$folder"
        exit "$code"
        """;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5), WordsLimit = TimeSpan.FromSeconds(1);

    private readonly OpenSshCall _call;
    private readonly OpenSshFolder _folder;
    private readonly Process _process;
    private readonly OpenSshAsking _asking;
    private readonly TimeProvider _time;
    private readonly string? _silence;
    private readonly CancellationTokenSource _broken = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _said = [];
    private readonly Task _ended, _heard;

    private OpenSshMaster(OpenSshCall call, OpenSshWay way, OpenSshFolder folder, SshDialog dialog, TimeProvider time)
    {
        _call = call;
        _folder = folder;
        _time = time;
        _silence = dialog.Silence;
        _asking = new OpenSshAsking(folder, way, dialog, _broken.Token);
        _process = StartProcess(call, way, folder, dialog.Ask is not null || dialog.TrustHostKey is not null);
        _ended = _process.WaitForExitAsync(CancellationToken.None);
        _heard = ListenAsync(_process.StandardError, Hear);
        _ = ListenAsync(_process.StandardOutput, line => _ = line.Trim() == OpenSshCall.Ready && _ready.TrySetResult());
    }

    /// <inheritdoc/>
    public bool IsAlive => !_broken.IsCancellationRequested && !_ended.IsCompleted;

    /// <summary>Connects and logs in.</summary>
    /// <param name="call">How ssh is called.</param>
    /// <param name="way">What ssh would do.</param>
    /// <param name="dialog">Who answers questions.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException">It says what failed, in ssh's own words.</exception>
    public static async Task<OpenSshMaster> StartAsync(OpenSshCall call, OpenSshWay way, SshDialog dialog, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = new OpenSshFolder();
        OpenSshMaster master;
        try
        {
            if (way.HasJumps)
                folder.WriteConfiguration(call.Configuration(way));
            master = new OpenSshMaster(call, way, folder, dialog, time);
        }
        catch
        {
            folder.Delete();
            throw;
        }

        try
        {
            await master.UntilReadyAsync(way, cancellationToken);
            return master;
        }
        catch
        {
            await master.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Break()
    {
        _broken.Cancel();
        try
        {
            _process.StandardInput.Close();
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            // It has ended, which is what was wanted.
        }
    }

    /// <inheritdoc/>
    public async Task<IRemoteRun> StartAsync(RemoteScript script, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenSshRun.StartAsync(this, _call.Client(_folder.Socket), script, cancellationToken);
        }
        catch (Exception fault) when (fault is not GpuOpsException && !cancellationToken.IsCancellationRequested)
        {
            // Its process may take a moment more to end than its socket.
            if (!await AnswersAsync(cancellationToken))
                Break();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Break();
        try
        {
            await _ended.WaitAsync(EndLimit, _time);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _folder.Delete();
        _process.Dispose();
    }

    private static Process StartProcess(OpenSshCall call, OpenSshWay way, OpenSshFolder folder, bool isAnswered)
    {
        var environment = new Dictionary<string, string>
        {
            ["SSH_ASKPASS"] = folder.AskProgram,
            ["SSH_ASKPASS_REQUIRE"] = isAnswered ? "force" : "never",
        };
        // Before OpenSSH 8.4 this is what makes it ask by a program.
        if (isAnswered && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISPLAY")))
            environment["DISPLAY"] = "gpuops";
        string[] command = ["/bin/sh", "-c", Watch, "sh", call.Session is null ? "" : "session", folder.Path, .. call.Master(way, folder, isAnswered)];
        return call.Session is { } session ? LocalProcess.Start(session, command, environment, null)
            : LocalProcess.Start(command[0], command[1..], environment, null);
    }

    private async Task UntilReadyAsync(OpenSshWay way, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(_ready.Task, _ended).WaitAsync(cancellationToken) == _ready.Task)
            return;
        // A background ssh of the user's own may hold it open.
        await Task.WhenAny(_heard, Task.Delay(WordsLimit, _time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (_asking.Fault is { } fault)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        lock (_said)
            throw OpenSshComplaint.Read(way, [.. _said], _silence);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        await using var here = new LocalChannel();
        return (await here.RunAsync(new ChannelCommand(_call.Check(_folder.Socket)), cancellationToken)).ExitCode == 0;
    }

    private void Hear(string line)
    {
        if (line.Length == 0 || _asking.TryHear(line))
            return;
        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > MostLines)
                _said.Dequeue();
        }
    }

    private static async Task ListenAsync(StreamReader reader, Action<string> hear)
    {
        try
        {
            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
                hear(line);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody listens any more.
        }
    }
}
