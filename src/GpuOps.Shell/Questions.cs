using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;

namespace GpuOps.Shell;

/// <summary>What the engine asks the person at the terminal. Questions are written to standard error, so that they are
/// seen while the output goes elsewhere.</summary>
internal sealed class Questions(Screen screen, bool allowed, Func<bool> isStopped)
{
    private readonly TypedLine typed = new(screen, isStopped);

    public string ReadLine() => Read("a line");

    public SecureString ReadSecret()
    {
        var secret = new SecureString();
        if (Console.IsInputRedirected)
        {
            foreach (char c in Read("a secret"))
                secret.AppendChar(c);
            return secret;
        }

        MustBeAllowed("a secret");
        typed.Read("a secret", isShown: false, secret.AppendChar, () =>
        {
            if (secret.Length == 0)
                return false;
            secret.RemoveAt(secret.Length - 1);
            return true;
        });
        return secret;
    }

    public Dictionary<string, PSObject> AskFields(string caption, string message, Collection<FieldDescription> fields)
    {
        MustBeAllowed(string.Join(", ", fields.Select(f => f.Name)));
        Introduce(caption, message);
        var answers = new Dictionary<string, PSObject>();
        foreach (FieldDescription field in fields)
        {
            screen.WriteError(field.Name + ": ");
            answers[field.Name] = field.ParameterTypeName == nameof(SecureString)
                ? PSObject.AsPSObject(ReadSecret())
                : PSObject.AsPSObject(Convert(Read(field.Name), field));
        }

        return answers;
    }

    public int AskChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        MustBeAllowed(string.IsNullOrEmpty(caption) ? message : caption);
        Introduce(caption, message);
        (string Key, string Label)[] keys = [.. choices.Select(KeyAndLabel)];
        string line = string.Join("  ", keys.Select(k => $"[{k.Key}] {k.Label}")) + "  [?] Help";
        if (defaultChoice >= 0)
            line += $" (default is \"{keys[defaultChoice].Key}\")";

        while (true)
        {
            screen.WriteError(line + ": ");
            string answer = Read("a choice").Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            if (answer == "?")
            {
                for (int i = 0; i < keys.Length; i++)
                    screen.WriteErrorLine($"{keys[i].Key} - {choices[i].HelpMessage}");
                continue;
            }

            int chosen = Array.FindIndex(keys, k => Same(k.Key, answer) || Same(k.Label, answer));
            if (chosen >= 0)
                return chosen;
        }
    }

    public PSCredential AskCredential(string caption, string message, string userName)
    {
        MustBeAllowed(string.IsNullOrEmpty(caption) ? "a credential" : caption);
        Introduce(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            screen.WriteError("User: ");
            userName = Read("a user name");
        }

        screen.WriteError($"Password for user {userName}: ");
        return new PSCredential(userName, ReadSecret());
    }

    private void Introduce(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
            screen.WriteErrorLine(caption);
        if (!string.IsNullOrEmpty(message))
            screen.WriteErrorLine(message);
    }

    private string Read(string what)
    {
        MustBeAllowed(what);
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine()
                ?? throw new HostException($"Nobody answers: '{what}' was asked for, and standard input has ended.");
        }

        var line = new StringBuilder();
        typed.Read(what, isShown: true, c => line.Append(c), () =>
        {
            if (line.Length == 0)
                return false;
            line.Length--;
            return true;
        });
        return line.ToString();
    }

    private void MustBeAllowed(string what)
    {
        if (!allowed)
            throw new HostException($"'{what}' would have to be asked, and -NonInteractive forbids it.");
    }

    private static object Convert(string text, FieldDescription field)
    {
        // What the engine gives as the assembly is a name for some types, and for others a path.
        Type? type = Type.GetType(field.ParameterTypeFullName)
            ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(field.ParameterTypeFullName)).FirstOrDefault(found => found is not null);
        return type is null ? text : LanguagePrimitives.ConvertTo(text, type);
    }

    private static (string Key, string Label) KeyAndLabel(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        string label = choice.Label.Replace("&", "", StringComparison.Ordinal);
        return mark >= 0 && mark < label.Length ? (char.ToUpperInvariant(label[mark]).ToString(), label) : (label, label);
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
