using System.Collections;
using System.Management.Automation;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>The variables of a job, as they are given.</summary>
internal static class SubmittedVariables
{
    /// <summary>Texts of whatever was given.</summary>
    /// <param name="given">Names and values; null for none.</param>
    public static Dictionary<string, string> Of(IDictionary? given)
    {
        Dictionary<string, string> variables = [];
        Add(variables, given);
        return variables;
    }

    /// <summary>Those of files, and stronger than these the ones that were given.</summary>
    /// <param name="cmdlet">Whose location a relative path is relative to.</param>
    /// <param name="files">The files; a later one is stronger.</param>
    /// <param name="given">Names and values; null for none.</param>
    /// <exception cref="GpuOpsException"><c>EnvFileUnreadable</c>, <c>EnvFileInvalid</c>.</exception>
    public static Dictionary<string, string> Of(PSCmdlet cmdlet, IEnumerable<string> files, IDictionary? given)
    {
        Dictionary<string, string> variables = [];
        foreach (var file in files)
        {
            var text = SubmittedScript.Read(cmdlet, file, "EnvFileUnreadable", "file of variables", SubmittedScript.ReadText);
            foreach (var (name, value) in EnvFile.Parse(text, file))
            {
                variables[name] = value;
            }
        }

        Add(variables, given);
        return variables;
    }

    private static void Add(Dictionary<string, string> variables, IDictionary? given)
    {
        foreach (DictionaryEntry pair in given ?? new Hashtable())
        {
            variables[pair.Key.ToString() ?? ""] = LanguagePrimitives.ConvertTo<string>(pair.Value);
        }
    }
}
