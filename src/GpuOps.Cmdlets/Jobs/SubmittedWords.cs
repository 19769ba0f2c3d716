using System.Management.Automation;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Turns objects into words of a command. What has no text of its own is refused: a job would get the name of its type.</summary>
internal static class SubmittedWords
{
    /// <summary>The words.</summary>
    /// <param name="arguments">Texts, numbers, dates, files.</param>
    /// <exception cref="GpuOpsException"><c>ArgumentNotText</c>.</exception>
    public static string[] Of(PSObject?[]? arguments) => [.. (arguments ?? [null]).Select(Of)];

    private static string Of(PSObject? argument) => argument?.BaseObject switch
    {
        string text => text,
        FileSystemInfo file => file.FullName,
        IFormattable or bool or char or Uri or Version => LanguagePrimitives.ConvertTo<string>(argument),
        null => throw Wrong("There is nothing ($null)", null),
        _ => throw Wrong($"'{Excerpt.Of(argument.ToString())}' ({argument.TypeNames[0]})", argument),
    };

    private static GpuOpsException Wrong(string what, object? target) => new(
        "ArgumentNotText", GpuOpsErrorKind.InvalidArgument,
        $"{what} where a word of the command should be. Say what of it is meant, as in -ArgumentList {{ '--lr', $_.lr }}. That job was not submitted.", target);
}
