namespace DmDelegation.Agent.Commands;

/// <summary>What a command has of the process it runs in; tests give it their own.</summary>
/// <param name="Output">Where answers go.</param>
/// <param name="Error">Where everything else goes.</param>
/// <param name="Input">Where somebody types; null: nobody is there to ask.</param>
internal sealed record Shell(TextWriter Output, TextWriter Error, TextReader? Input)
{
    /// <summary>That of this process.</summary>
    public static Shell OfThisProcess => new(Console.Out, Console.Error, Console.IsInputRedirected ? null : Console.In);

    /// <summary>Opens where answers go for octets in the place of text.</summary>
    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Prints answers and failures.</summary>
    public Terminal Terminal => new(Output, Error);
}
