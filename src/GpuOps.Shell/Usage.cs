using System.Management.Automation;
using System.Reflection;

namespace GpuOps.Shell;

/// <summary>What the program says about itself.</summary>
internal static class Usage
{
    public const string Text = """
        gpuops: PowerShell's engine with the GpuOps module loaded

          gpuops                              interactive
          gpuops 'SCRIPT' [ARGS]              run a script; ARGS are $args
          gpuops -Command 'SCRIPT' [ARGS]     the same
          gpuops -File PATH [ARGS]            run a script file; ARGS bind to its parameters
          ... | gpuops [-]                    run the script on standard input

        Options, before the script:
          -OutputFormat Text|Json   Json prints every output object as one line of JSON,
                                    and every error as one on standard error
          -WorkingDirectory DIR     start there
          -NonInteractive           never ask; a command that has to ask fails
          -NoProfile                accepted; no profile is ever loaded
          -Version, -Help

        The exit code is the script's: of 'exit', else of the last native command,
        else 1 after an error that ended the script or its last statement, else 0.
        Ctrl+C stops the script (130); a second one ends the program.

        """;

    public static string VersionLine =>
        $"gpuops {Version(typeof(Usage).Assembly)} (PowerShell engine {Version(typeof(PSObject).Assembly)}, {Flavour})";

    private static string Flavour => MissingCommands.EngineOnly ? "core commands only" : "all of PowerShell";

    private static string Version(Assembly assembly)
    {
        string version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";
        return version.Split('+', ' ')[0];
    }
}
