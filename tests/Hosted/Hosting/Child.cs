using System.Diagnostics;

namespace GpuOps.Hosted.Hosting;

/// <summary>Another process: another user, another machine's worth of limits, or one that is killed.</summary>
internal sealed class Child : IDisposable
{
    private static readonly string[] AsNobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "HOME=/nonexistent"];

    private readonly Process _process;
    private readonly Task<string> _errors;

    private Child(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Runs a program to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(params string[] command)
    {
        using var child = new Child(command);
        return child.Finish();
    }

    /// <summary>Runs a script in <c>gpuops</c> to its end.</summary>
    public static (int ExitCode, string Output, string Errors) RunScript(string script) => Run(BuiltModule.Program, "-NonInteractive", script);

    /// <summary>Starts a program.</summary>
    public static Child Start(params string[] command) => new(command);

    /// <summary>Starts a script in <c>gpuops</c>.</summary>
    public static Child StartScript(string script) => new([BuiltModule.Program, "-NonInteractive", script]);

    /// <summary>Runs a script in <c>gpuops</c> as a user without any right: another one where this one is root.</summary>
    public static (int ExitCode, string Output, string Errors) RunScriptUnprivileged(string script) =>
        Run([.. Environment.UserName == "root" ? AsNobody : [], BuiltModule.Program, "-NonInteractive", script]);

    /// <summary>Runs a script in <c>gpuops</c> after a shell command, both as root of their own mount namespace.</summary>
    public static (int ExitCode, string Output, string Errors) RunScriptAfterMount(string mount, string script) =>
        Run("unshare", "-Urm", "sh", "-c", $"{mount} && exec \"$@\"", "sh", BuiltModule.Program, "-NonInteractive", script);

    /// <summary>Waits for a line on its standard output; null at its end.</summary>
    public string? ReadLine()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Wait.Patience), "The process says nothing.");
        return line.Result;
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string name) => Assert.Equal(0, Run("kill", "-s", name, $"{Id}").ExitCode);

    /// <summary>Writes to its standard input.</summary>
    public void Write(string text)
    {
        _process.StandardInput.Write(text);
        _process.StandardInput.Flush();
    }

    /// <summary>Closes its standard input and waits for its end.</summary>
    public (int ExitCode, string Output, string Errors) Finish()
    {
        _process.StandardInput.Close();
        var output = _process.StandardOutput.ReadToEndAsync();
        Assert.True(Task.WaitAll([output, _errors], Wait.Patience) && _process.WaitForExit(Wait.Patience), "The process does not end.");
        return (_process.ExitCode, output.Result, _errors.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
