using GpuOps.Errors;

namespace GpuOps.Configuration.Yaml;

/// <summary>Errors that say where in a file they are.</summary>
internal static class DocumentError
{
    /// <summary>Makes an error about a place in a file.</summary>
    public static GpuOpsException At(string file, int line, int column, string problem, string id = "InvalidConfiguration", Exception? inner = null) =>
        new(id, GpuOpsErrorKind.InvalidData, $"{file}:{line}:{column}: {problem}", file, inner);

    /// <summary>Makes an error about a part of a file.</summary>
    public static GpuOpsException At(string file, DocumentNode node, string problem, string id = "InvalidConfiguration", Exception? inner = null) =>
        At(file, node.Place.Line, node.Place.Column, problem, id, inner);

    /// <summary>Reads a part of a file; an error of what is read there gets its place.</summary>
    public static T Place<T>(string file, DocumentNode node, Func<T> read, string what = "")
    {
        try
        {
            return read();
        }
        catch (GpuOpsException fault)
        {
            throw At(file, node, what + fault.Message, fault.Id, fault);
        }
    }
}
