using System.Globalization;
using System.Management.Automation.Host;

namespace GpuOps.Shell;

/// <summary>What the engine knows of the program around it.</summary>
internal sealed class ShellHost : PSHost
{
    private readonly ShellHostUI ui;
    private int nativeCommands;

    public ShellHost(Screen screen, bool interactive, Func<bool> isStopped)
    {
        Screen = screen;
        ui = new ShellHostUI(screen, interactive, isStopped);
    }

    public Screen Screen { get; }

    /// <summary>The code given to <c>exit</c>, once the script has said it.</summary>
    public int? RequestedExitCode { get; private set; }

    /// <summary>Whether a native command has the terminal now.</summary>
    public bool RunsNativeCommand => Volatile.Read(ref nativeCommands) > 0;

    public override string Name => "gpuops";

    public override Version Version { get; } = typeof(ShellHost).Assembly.GetName().Version ?? new Version(0, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    // The program runs without ICU data; help and messages are looked up under a name all the same.
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => RequestedExitCode = exitCode;

    public override void NotifyBeginApplication()
    {
        Screen.EraseProgress();
        Interlocked.Increment(ref nativeCommands);
    }

    public override void NotifyEndApplication() => Interlocked.Decrement(ref nativeCommands);

    public override void EnterNestedPrompt() =>
        throw new NotSupportedException("gpuops has no nested prompt: answer the question, or stop the command with Ctrl+C.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("gpuops has no nested prompt.");
}
