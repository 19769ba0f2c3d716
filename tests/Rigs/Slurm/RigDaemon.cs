using System.Diagnostics;

namespace GpuOps.Rigs;

/// <summary>A server process in a session of its own, which a Ctrl+C does not reach, with its output in a file.</summary>
internal sealed class RigDaemon : IDisposable
{
    private const string IntoFile = "log=$1; shift; exec setsid \"$@\" </dev/null >>\"$log\" 2>&1";

    private readonly string _log;
    private readonly Process _process;

    private RigDaemon(string log, Process process)
    {
        _log = log;
        _process = process;
    }

    /// <summary>Starts one.</summary>
    /// <param name="log">The file for its output.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="command">The program, which must stay in the foreground, and its arguments.</param>
    public static RigDaemon Start(string log, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var program = RigFiles.Find(command[0]) ?? throw new InvalidOperationException($"{command[0]} is not installed.");
        var start = new ProcessStartInfo("/bin/sh", ["-c", IntoFile, "sh", log, program, .. command[1..]]) { WorkingDirectory = "/" };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new RigDaemon(log, Process.Start(start)!);
    }

    /// <summary>Fails, with the end of its output, when it ended by itself.</summary>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"{Path.GetFileNameWithoutExtension(_log)} ended:\n{string.Join('\n', File.ReadLines(_log).TakeLast(20))}");
    }

    /// <summary>Ends it at once, with SIGKILL.</summary>
    public async Task KillAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        _process.Kill();
        await _process.WaitForExitAsync(limit.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
