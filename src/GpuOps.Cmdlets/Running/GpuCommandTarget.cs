using System.Globalization;
using System.Management.Automation;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Running;

/// <summary>What a command runs: a block of this session, or a program.</summary>
/// <param name="Block">The block, or the script, that runs in this session.</param>
/// <param name="Program">The path of a program, which gets an environment of its own.</param>
/// <param name="Arguments">The arguments.</param>
internal sealed record GpuCommandTarget(ScriptBlock? Block, string? Program, object?[] Arguments)
{
    /// <summary>The arguments as a program gets them.</summary>
    public string[] Words => [.. Arguments.SelectMany(Flatten).Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture) ?? "")];

    /// <summary>Finds a program or script before anything is reserved for it.</summary>
    public static GpuCommandTarget Find(PSCmdlet cmdlet, string filePath, object?[] arguments)
    {
        var found = cmdlet.InvokeCommand.GetCommand(filePath, CommandTypes.Application | CommandTypes.ExternalScript);
        return found switch
        {
            ExternalScriptInfo script => new GpuCommandTarget(script.ScriptBlock, null, arguments),
            ApplicationInfo program => new GpuCommandTarget(null, program.Path, arguments),
            _ => throw new GpuOpsException("CommandNotFound", GpuOpsErrorKind.NotFound,
                $"There is no program or script '{filePath}'. Check its name, or give its full path. Nothing was reserved.", filePath),
        };
    }

    /// <summary>What runs, in words for -WhatIf.</summary>
    public override string ToString() => Program is null ? $"{{{Block}}}" : string.Join(' ', [Program, .. Words]);

    private static IEnumerable<object?> Flatten(object? argument) =>
        (argument is PSObject wrapped ? wrapped.BaseObject : argument) is object?[] many ? many.SelectMany(Flatten) : [argument];
}
