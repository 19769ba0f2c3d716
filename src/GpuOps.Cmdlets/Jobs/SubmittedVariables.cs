using System.Collections;
using System.Management.Automation;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>The variables of a job, as they are given.</summary>
internal static class SubmittedVariables
{
    /// <summary>Texts of whatever was given.</summary>
    /// <param name="given">Names and values; null for none.</param>
    public static Dictionary<string, string> Of(IDictionary? given)
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry pair in given ?? new Hashtable())
        {
            variables[pair.Key.ToString() ?? ""] = LanguagePrimitives.ConvertTo<string>(pair.Value);
        }

        return variables;
    }
}
