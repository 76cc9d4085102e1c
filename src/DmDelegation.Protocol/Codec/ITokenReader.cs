namespace DmDelegation.Protocol;

/// <summary>
/// A cursor over the elements of a document, whatever its coding. After <see cref="NextChild"/> has returned true the element is consumed
/// by exactly one of: a loop over <see cref="NextChild"/> until it returns false, <see cref="ReadText"/>, <see cref="ReadData"/>, <see cref="Skip"/>.
/// Implementations throw <see cref="MessageFormatException"/> for a malformed document.
/// </summary>
internal interface ITokenReader
{
    /// <summary>Name of the current element; empty for one that is not of SyncML (another namespace, a literal tag).</summary>
    string Name { get; }

    /// <summary>Where the cursor is, for errors: never contents.</summary>
    string Position { get; }

    /// <summary>Moves to the root, which must be SyncML, and makes it the current element.</summary>
    void ReadRoot();

    /// <summary>Moves to the next child of the element that is open; false when there is none, and the element then is closed.</summary>
    bool NextChild();

    /// <summary>Text of the current element without surrounding white space (REP-022); null when longer than <paramref name="maxChars"/>.</summary>
    string? ReadText(int maxChars);

    /// <summary>Octets of the current element, inline markup as its text; null when more than <paramref name="maxOctets"/>.</summary>
    ItemData? ReadData(int maxOctets);

    /// <summary>Passes over the current element.</summary>
    void Skip();

    /// <summary>Checks that nothing but white space and comments follows the root.</summary>
    void ReadEnd();
}
