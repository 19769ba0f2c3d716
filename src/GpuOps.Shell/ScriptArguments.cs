using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace GpuOps.Shell;

/// <summary>Arguments of a script file: <c>-Name value</c>, <c>-Name:value</c>, <c>-Switch</c> and values by position.</summary>
internal static class ScriptArguments
{
    public static void AddTo(PowerShell pipeline, IReadOnlyList<string> arguments)
    {
        CommandParameterCollection parameters = pipeline.Commands.Commands[0].Parameters;
        foreach (string argument in arguments)
            parameters.Add(Parse(argument));
    }

    private static CommandParameter Parse(string argument)
    {
        if (argument.Length < 2 || argument[0] != '-' || !(char.IsLetter(argument[1]) || argument[1] == '_'))
            return new CommandParameter(null, argument);

        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return new CommandParameter(argument);
        // '-Name:' leaves its value to the next argument.
        return colon == argument.Length - 1
            ? new CommandParameter(argument)
            : new CommandParameter(argument[..(colon + 1)], Value(argument[(colon + 1)..]));
    }

    // A switch is turned off by -Switch:$false, and a shell's script cannot hand over anything but text.
    private static object Value(string text) => text.ToUpperInvariant() switch
    {
        "$TRUE" => true,
        "$FALSE" => false,
        _ => text,
    };
}
