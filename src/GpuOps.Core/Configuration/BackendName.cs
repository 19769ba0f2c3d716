using System.Text;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>The rules for backends' names.</summary>
public static class BackendName
{
    /// <summary>The backend everybody has: <c>sqlite:</c>. It cannot be defined differently.</summary>
    public const string Local = "local";

    private const int Longest = 64;

    /// <summary>Whether a text can be a name: a letter, then letters, digits, <c>.</c>, <c>_</c>, <c>-</c>; at most 64.</summary>
    /// <param name="text">The text.</param>
    public static bool IsValid(string text) =>
        !string.IsNullOrEmpty(text) && text.Length <= Longest && char.IsAsciiLetter(text[0])
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>The same name, when it is one.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="GpuOpsException"><c>InvalidBackendName</c>.</exception>
    public static string Check(string name) => IsValid(name) ? name : throw new GpuOpsException(
        "InvalidBackendName",
        GpuOpsErrorKind.InvalidArgument,
        $"'{Excerpt.Of(BackendUri.Redact(name ?? ""))}' cannot be a backend's name. A name begins with a letter and has only letters, digits, '.', '_' and '-', at most {Longest}.");

    /// <summary>The variable its password is read from: <c>hpc-2</c> has <c>GPUOPS_HPC_2_PASSWORD</c>.</summary>
    /// <param name="name">The name.</param>
    public static string PasswordVariable(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var variable = new StringBuilder("GPUOPS_");
        foreach (var c in name) variable.Append(char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_');
        return variable.Append("_PASSWORD").ToString();
    }
}
